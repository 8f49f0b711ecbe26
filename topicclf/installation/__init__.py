"""What is installed: the version, and the libraries that extras bring."""
