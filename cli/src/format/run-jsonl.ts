/** `run --format jsonl`: one JSON object a line, and nothing else. */
import type { RunEventOf } from '#runner/model';
import { ByteSource } from '#core/decode/source';
import { explanationData } from './explanation';
import { Failures, Objects } from './run-output';
import type { OutputContext, RunOutput } from './run-output';

export function jsonLines({ out, err, decoders, maps, drawing }: OutputContext): RunOutput {
  const objects = new Objects();
  const failures = new Failures();
  const line = (value: object) => out(`${JSON.stringify(value)}\n`);
  const wanted = (map: string) => maps.length === 0 || maps.includes(map);

  function records(event: RunEventOf<'records'>): void {
    const { host, map } = event;
    const formats = decoders(objects.of(event)).records(map.name);
    const source = new ByteSource(event.records.bytes);
    const head = `{"type":"event","host":${JSON.stringify(host)},"map":${JSON.stringify(map.name)},"cpu":`;
    let text = '';
    for (const { cpu, time, at, end } of event.records) {
      const data = JSON.stringify(formats.decoder(end - at).json(source, at, end));
      text += `${head}${cpu},"time":${time},"data":${data}}\n`;
    }
    out(text);
  }

  function entries(event: RunEventOf<'map'>): void {
    const { host, map, truncated } = event;
    const rows = decoders(objects.of(event)).entries(map).rows(event.entries);
    line({
      type: 'map',
      host,
      map: map.name,
      entries: rows.map(({ key, value }) => ({ key, value })),
      truncated,
    });
  }

  return {
    event(event, explanations) {
      const { host } = event;
      const failed = failures.of(event);
      if (failed) {
        const { failure, program } = failed;
        const [explanation] = explanations.map((one) => explanationData(one, drawing));
        line({
          type: 'error',
          host,
          ...(program !== undefined && { program }),
          ...failure,
          ...(explanation && { explanation }),
        });
      }
      if (event.type === 'built') objects.keep(event);
      else if (event.type === 'records') {
        if (wanted(event.map.name)) records(event);
      } else if (event.type === 'map') {
        if (wanted(event.map.name)) entries(event);
      } else if (event.type === 'state') line({ type: 'state', host, state: event.state });
      else if (event.type === 'ended') line({ type: 'state', host, state: 'ended' });
      else if (event.type === 'lost') {
        line({ type: 'lost', host, source: event.source, name: event.name, count: event.count });
      } else if (event.type === 'printk') {
        const { text, comm, pid, cpu, time } = event;
        line({ type: 'printk', host, text, comm, pid, cpu, time });
      } else if (event.type === 'stats') line({ type: 'stats', host, programs: event.programs });
      else if (event.type === 'notice') err(`${host}: ${event.message}\n`);
    },
  };
}
