"""What pyproject.toml can't say: the compiled kernel, and the shipped model in the package."""

import re
import shutil
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

KERNEL = "topicclf/kernel"
#: Python without a global lock has no stable binary interface yet.
STABLE = not sysconfig.get_config_var("Py_GIL_DISABLED")
MODEL = Path("models/news/model.npz")


class BuildKernel(build_ext):
    """Optimise as the kernel needs, whatever Python itself was built with."""

    def build_extensions(self) -> None:
        """Compile."""
        flags = ["/O2"] if self.compiler.compiler_type == "msvc" else ["-std=c99", "-O3"]
        for extension in self.extensions:
            extension.extra_compile_args = flags
        super().build_extensions()

    def get_ext_filename(self, fullname: str) -> str:
        """A name that every Python knows: from 3.15 on the machine would be in it."""
        return re.sub(r"\.abi3-[^.]+", ".abi3", str(super().get_ext_filename(fullname)))


class BuildWithModel(build_py):
    """Put the shipped model into the package; in a clone it stays where it is."""

    def run(self) -> None:
        """Copy."""
        super().run()
        if not self.editable_mode:
            shutil.copyfile(MODEL, Path(self.build_lib, "topicclf", "news.npz"))


setup(
    ext_modules=[
        Extension(
            "topicclf.kernel._kernel",
            [f"{KERNEL}/_kernel.c"],
            depends=[str(path) for path in Path(KERNEL).glob("*.h")],
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if STABLE else [],
            py_limited_api=STABLE,
            # Without a compiler NumPy serves.
            optional=True,
        )
    ],
    cmdclass={"build_ext": BuildKernel, "build_py": BuildWithModel},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if STABLE else {},
)
