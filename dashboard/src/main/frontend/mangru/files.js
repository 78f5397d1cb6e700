// Names and cells of the files that the dashboard hands out. Pure.

export function csvCell(text) {
  // A leading =, +, - or @ would run as a formula in a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

export function fileName(heading, extension) {
  const stem = heading.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'chart';
  return `mangru-${stem}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${extension}`;
}
