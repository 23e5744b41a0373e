// The list of cases: filters, sorting, transcripts on demand. Texts become elements by `textContent` alone, so that nothing in them is markup.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const table = document.getElementById('case-table');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const fields = {
    text: document.getElementById('filter-text'),
    outcome: document.getElementById('filter-outcome'),
    suite: document.getElementById('filter-suite'),
    tag: document.getElementById('filter-tag'),
  };
  const found = document.getElementById('filter-count');
  const form = table.closest('section').querySelector('form');
  const words = new Map();

  makeOpenable();
  makeSortable();
  makeFilters();
  openForPrint();

  function makeOpenable() {
    for (const row of rows) {
      const name = row.querySelector('.open');
      const button = element('button', { type: 'button', 'aria-expanded': 'false' }, name.textContent);
      name.replaceWith(button);
    }
    body.addEventListener('click', (event) => {
      const button = event.target.closest('.name button');
      if (button) toggle(button);
    });
  }

  function toggle(button) {
    const row = button.closest('tr');
    const opens = button.getAttribute('aria-expanded') === 'false';
    button.setAttribute('aria-expanded', String(opens));
    if (opens) row.after(detailOf(data[row.dataset.at]));
    else detailBehind(row)?.remove();
  }

  function detailBehind(row) {
    return row.nextElementSibling?.classList.contains('detail') ? row.nextElementSibling : undefined;
  }

  function detailOf({ turns, outcomes, error }) {
    const cell = element('td', { colspan: '6' });
    if (error) cell.append(element('p', { class: 'error' }, error));
    if (outcomes.length > 1) cell.append(element('p', {}, `attempts: ${outcomes.join(', ')}`));
    for (const [at, { steps, scores }] of turns.entries()) {
      if (turns.length > 1) cell.append(element('p', {}, `turn ${at + 1}`));
      const sides = element('table', { class: 'sides one' });
      const list = sides.createTBody();
      for (const step of steps) list.append(stepRow(step));
      cell.append(sides, scoreList(scores));
    }
    const row = element('tr', { class: 'detail' });
    row.append(cell);
    return row;
  }

  function stepRow({ kind, title, input, output, bad }) {
    const row = element('tr', { class: 'same' });
    const cell = element('td', { class: `step ${kind}${bad ? ' bad' : ''}` });
    const head = element('p', { class: 'title' });
    head.append(element('span', { class: 'kind' }, bad ? `${kind} ✗` : kind));
    if (kind !== 'user') head.append(` ${title}`);
    cell.append(head);
    if (input) cell.append(element('pre', { class: 'input' }, input));
    if (output) cell.append(element('pre', { class: 'output' }, output));
    row.append(cell);
    return row;
  }

  function scoreList(scores) {
    const list = element('ul', { class: 'scores' });
    for (const { scorer, value, passed, why } of scores) {
      const kind = value === null ? 'unmeasured' : passed ? 'passed' : 'failed';
      const sign = { unmeasured: '– not measured', passed: '✓', failed: '✗' }[kind];
      const rounded =
        value === null || value === 0 || value === 1 ? '' : ` ${Math.round(value * 1000) / 1000}`;
      list.append(element('li', { class: kind }, `${sign} ${scorer}${rounded}${why ? `: ${why}` : ''}`));
    }
    return list;
  }

  function makeSortable() {
    for (const head of table.tHead.rows[0].cells) {
      const button = element('button', { type: 'button' }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener('click', () => sortBy(head));
    }
  }

  function sortBy(head) {
    const ascends = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', ascends ? 'ascending' : 'descending');
    const keys = new Map(rows.map((row) => [row, keyOf(row.cells[head.cellIndex])]));
    const details = new Map(rows.map((row) => [row, detailBehind(row)]));
    const collator = new Intl.Collator('en', { numeric: true });
    rows.sort((one, other) => {
      const [left, right] = [keys.get(one), keys.get(other)];
      const order = typeof left === 'number' ? left - right : collator.compare(left, right);
      return (ascends ? order : -order) || one.dataset.at - other.dataset.at;
    });
    body.replaceChildren(...rows.flatMap((row) => (details.get(row) ? [row, details.get(row)] : [row])));
  }

  function keyOf(cell) {
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  }

  function makeFilters() {
    form.hidden = false;
    form.addEventListener('input', filter);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', clear);
    filter();
  }

  function clear(event) {
    event.preventDefault();
    for (const field of Object.values(fields)) field.value = '';
    filter();
  }

  function filter() {
    const wanted = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [outcome, suite, tag] = [fields.outcome.value, fields.suite.value, fields.tag.value];
    let count = 0;
    for (const row of rows) {
      const fits =
        (!outcome || row.dataset.outcome === outcome || row.dataset.change === outcome) &&
        (!suite || row.dataset.suite === suite) &&
        (!tag || JSON.parse(row.dataset.tags).includes(tag)) &&
        (wanted.length === 0 || wanted.every((word) => wordsOf(row).includes(word)));
      row.hidden = !fits;
      const detail = detailBehind(row);
      if (detail) detail.hidden = !fits;
      if (fits) count += 1;
    }
    found.textContent = count === rows.length ? `${count} cases` : `${count} of ${rows.length} cases`;
  }

  function wordsOf(row) {
    if (!words.has(row)) {
      const said = data[row.dataset.at].turns.flatMap(({ steps }) =>
        steps.flatMap(({ kind, output }) => (kind === 'answer' || kind === 'user' ? [output ?? ''] : [])),
      );
      words.set(row, `${row.textContent} ${said.join(' ')}`.toLowerCase());
    }
    return words.get(row);
  }

  function openForPrint() {
    const closed = [];
    addEventListener('beforeprint', () => {
      for (const details of document.querySelectorAll('details:not([open])')) {
        closed.push(details);
        details.open = true;
      }
    });
    addEventListener('afterprint', () => {
      for (const details of closed.splice(0)) details.open = false;
    });
  }

  function element(name, attributes, text) {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
})();
