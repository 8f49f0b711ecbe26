// A whole file: sent, tagged, summed up, and given back.

import { $, getJSON, make, request, save } from '/api.js';

const LOOK_EVERY = 400;
let running = 0;

// From the start, not when the tab is first opened: a file may be there before its scripts are.
function chosen() {
  const [file] = $('batch').files;
  if (file) send(file);
  $('batch').value = '';
}
$('batch').addEventListener('change', chosen);
chosen();
for (const kind of ['dragover', 'drop']) {
  $('files').addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === 'drop' && event.dataTransfer.files[0]) send(event.dataTransfer.files[0]);
  });
}

async function send(file) {
  running += 1;
  const mine = running;
  const say = (text) => { $('job').textContent = text; };
  $('summary').replaceChildren();
  $('progress').hidden = false;
  $('progress').removeAttribute('value');
  say(`Sending ${file.name} …`);
  const by = $('by').value === 'auto' ? $('datefield').value.trim() : `${$('datefield').value.trim()}:${$('by').value}`;
  const query = new URLSearchParams({ name: file.name, by });
  // Without one it is the usual one, also where the list hasn't come yet.
  if ($('model').value) query.set('model', $('model').value);
  try {
    let job = await (await request(`/v1/files?${query}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file })).json();
    while (job.state === 'running') {
      $('progress').value = job.share;
      say(`Tagging ${file.name}: ${job.articles.toLocaleString('en')} articles so far …`);
      await new Promise((done) => { setTimeout(done, LOOK_EVERY); });
      job = await getJSON(`/v1/files/${job.id}`);
      if (mine !== running) return;
    }
    $('progress').hidden = true;
    if (job.state === 'failed') { say(job.problem); return; }
    const { html } = await getJSON(`/v1/files/${job.id}/summary`);
    say(`Tagged ${file.name} with model ${job.model.name}.`);
    const name = `${file.name.replace(/\.gz$/, '').replace(/\.[^.]*$/, '')}-tagged.${job.format}`;
    $('summary').replaceChildren(
      make('p', { className: 'bar' }, make('button', { onclick: () => save(`/v1/files/${job.id}/tagged`, name).catch((error) => say(error.message)) }, `Download ${name}`)),
      // Escaped by the service, and no script in it could run here.
      ...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
  } catch (error) {
    if (mine !== running) return;
    $('progress').hidden = true;
    say(error.message);
  }
}
