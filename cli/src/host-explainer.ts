/** What hosts say against a program, on the lines of its source. */
import { dirname } from 'node:path';
import type { BpfObject } from '#core/elf/bpf-object';
import { readBpfObject } from '#core/elf/bpf-object';
import { createOutputExplainer } from '#core/verifier/explain-output';
import { createLoaderExplainer } from '#core/verifier/loader/explain-loader';
import { objectContext } from '#core/verifier/loader/object-context';
import { parseLog } from '#core/verifier/log';
import type { Explanation } from '#core/verifier/model';
import type { RunEvent, RunEventOf } from '#runner/model';
import { filesOfLogs, filesOfObject, SourceFiles } from './sources';

export class HostExplainer {
  readonly sources: SourceFiles;
  readonly #output = createOutputExplainer();
  readonly #loader = createLoaderExplainer();
  readonly #objects = new Map<string, BpfObject>();
  readonly #sections = new Map<string, string>();
  /** What a host knows of why it does not take the object. */
  readonly #causes = new Map<string, string>();

  /** @param path the program, or its object */
  constructor(path: string, cwd: string) {
    this.sources = new SourceFiles(cwd, [dirname(path)]);
  }

  /** To be told every event; empty where there is nothing to explain. */
  async explain(event: RunEvent): Promise<readonly Explanation[]> {
    switch (event.type) {
      case 'built':
        this.#objects.set(event.host, await this.#read(event.object));
        return [];
      case 'program':
        this.#sections.set(`${event.host} ${event.name}`, event.section);
        return event.error === null ? [] : this.#program(event);
      case 'attach':
        return event.state === 'failed' ? [this.#attach(event)] : [];
      case 'state':
        if (event.cause !== undefined) this.#causes.set(event.host, event.cause);
        return [];
      case 'step':
      case 'ended': {
        const failure = 'failure' in event ? event.failure : undefined;
        if (failure?.code !== 'object-unusable') return [];
        return this.#words(event.host, failure.detail ?? '', this.#causes.get(event.host));
      }
      default:
        return [];
    }
  }

  async #read(bytes: Uint8Array): Promise<BpfObject> {
    const object = readBpfObject(bytes).value;
    await this.sources.read(filesOfObject(object));
    return object;
  }

  async #program({ host, name, log, cause }: RunEventOf<'program'>): Promise<readonly Explanation[]> {
    await this.sources.read(filesOfLogs(parseLog(log, { program: name }).value));
    const found = this.#words(host, log, cause, name).filter((one) => (one.program ?? name) === name);
    // What libbpf says of the whole object is not this program's.
    return found.slice(0, 1);
  }

  #words(host: string, text: string, cause: string | undefined, program?: string): readonly Explanation[] {
    const { value } = parseLog(text, program === undefined ? {} : { program });
    const object = this.#objects.get(host);
    const explained = this.#output.explain(value, {
      source: (file) => this.sources.lines(file),
      ...(object && { object }),
    });
    return explained.value.map((one) => {
      const isVerifiers = value.programs.some(({ refused }) => refused);
      // The host knows more than libbpf says; the verifier knows more than the host.
      return this.sources.place(cause === undefined || isVerifiers ? one : { ...one, sentence: cause });
    });
  }

  #attach({ host, name, error, log, cause }: RunEventOf<'attach'>): Explanation {
    const section = this.#sections.get(`${host} ${name}`) ?? '';
    const object = this.#objects.get(host);
    const context = object ? objectContext(object, (file) => this.sources.lines(file)) : {};
    const failed = {
      ...{ name, section, log, code: error?.code ?? '', text: error?.text ?? '' },
      ...(cause !== undefined && { cause }),
    };
    return this.sources.place(this.#loader.explainAttach(failed, context));
  }
}
