/** The data of all events of one name in a whole stream of server-sent events, in their order. */
export function readData<Data>(stream: string, event: string): Data[] {
  const data: Data[] = [];
  for (const frame of stream.replaceAll('\r\n', '\n').split('\n\n')) {
    const lines = frame.split('\n');
    if (!lines.includes(`event: ${event}`)) continue;
    const text = lines.flatMap((line) => (line.startsWith('data:') ? line.slice(5).trimStart() : []));
    data.push(JSON.parse(text.join('\n')));
  }
  return data;
}
