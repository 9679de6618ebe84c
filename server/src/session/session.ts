/**
 * What one client has open: its documents, its settings and the kernels that these name. Makes the views that
 * features and checks work on. Nothing here knows the protocol.
 */
import { readBpfObject } from '#core/elf/bpf-object';
import type { KernelIndex } from '#core/kernel/model';
import type { KernelState } from '#core/messages/kernel-state';
import { parseSettings, type Settings } from '#core/settings/settings';
import type { Analyzer } from '../analysis/analyzer';
import type { SourceAnalysis } from '../analysis/model';
import { bundledIds } from '../kernel/bundled';
import { messageOf } from '../kernel/errors';
import type { KernelPlaces } from '../kernel/load';
import { openKernel } from '../kernel/open';
import type { DocumentView, KernelView } from '../view';
import { OpenDocuments, type OpenDocument } from './documents';
import { DocumentHeaders } from './headers';
import { createKernelView, hasEvent } from './kernel-view';
import { openTarget, type Target } from './kernels';

/** What the process has, and any number of sessions may share. */
export interface Environment {
  /** Loads the parser; asked for with the first document that needs one, once in a session. */
  analyzer(): Promise<Analyzer>;
  /** Where kernels are; the cache directory is a setting. */
  readonly places: Omit<KernelPlaces, 'cacheDir'>;
  /** The page about a diagnostic code, where the installation has them. */
  readonly diagnosticPage?: (code: string) => string;
}

export interface SessionEvents {
  kernelState(state: KernelState): void;
  /** Something to tell the user, in one sentence. */
  problem(message: string): void;
  /** What findings rest on has changed: for every document, or for this one. */
  changed(document?: OpenDocument): void;
  /** Settles when nobody is about to ask anything. */
  rested(): Promise<void>;
}

/** A document before it is parsed, on a kernel of which only the event names may be known. */
export type TextView = Pick<DocumentView, 'uri' | 'text' | 'kernel'>;

export class Session {
  readonly documents = new OpenDocuments();
  readonly headers: DocumentHeaders;
  readonly #environment: Environment;
  readonly #events: SessionEvents;
  #settings = parseSettings(undefined).value;
  #analyzer: Promise<Analyzer> | undefined;
  #target: Target | undefined;
  #neighbours: readonly KernelIndex[] = [];
  #neighboursLoad: Promise<void> | undefined;

  constructor(environment: Environment, events: SessionEvents) {
    this.#environment = environment;
    this.#events = events;
    this.headers = new DocumentHeaders(() => this.#loadAnalyzer());
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Takes an untrusted value: a wrong key is a problem and gets its default. Kernels that stay the same are not read again. */
  configure(value: unknown): void {
    const { value: settings, problems } = parseSettings(value);
    for (const { message, where } of problems) this.#events.problem(`ebpf.${where ?? ''}: ${message}`);
    const same = this.#target !== undefined && sameKernels(settings, this.#settings);
    this.#settings = settings;
    if (!same) this.#target = this.#openTarget();
    this.#events.changed();
  }

  /** The target kernel's event names, and nothing else of it. */
  get names(): Promise<KernelView> {
    return this.#current.names;
  }

  get kernel(): Promise<KernelView> {
    return this.#current.full;
  }

  /** With the kernels of `alsoCheck`. */
  get kernelWithOthers(): Promise<KernelView> {
    return this.#current.withOthers;
  }

  /** With the kernels of `alsoCheck`; where there are none, with all bundled ones, which are not kept. */
  async comparedKernels(): Promise<KernelView> {
    const kernel = await this.kernelWithOthers;
    if (kernel.others.length > 0) return kernel;
    const bundled = await bundledIndexes(this.#environment.places, 'full');
    const others = bundled.map((index) => createKernelView(index, { chosen: true }));
    return createKernelView(kernel.index, { chosen: kernel.chosen, others });
  }

  /** @param stage how much of the kernel it waits for */
  async textView({ text }: OpenDocument, stage: 'names' | 'kernelWithOthers'): Promise<TextView> {
    const kernel = await this[stage];
    return { uri: text.uri, text: text.getText(), kernel };
  }

  async documentView(document: OpenDocument): Promise<DocumentView> {
    // The parser is loaded while the kernel is read.
    void this.#loadAnalyzer();
    return this.#view(document, await this.#current.withOthers);
  }

  /** With the names of the kernels that an unknown event may belong to. */
  async checkedView(document: OpenDocument): Promise<DocumentView> {
    const view = await this.documentView(document);
    if (mentionsUnknownEvent(view)) await this.#loadNeighbours();
    return view;
  }

  /** What was compiled of a document. False where that cannot be read, or is of another text than the document has. */
  takeObject(uri: string, text: string, bytes: Uint8Array): boolean {
    const document = this.documents.get(uri);
    if (document?.text.getText() !== text) return false;
    const { value: object, problems } = readBpfObject(bytes);
    if (problems.length > 0) return false;
    document.keepObject(text, object);
    this.#events.changed(document);
    return true;
  }

  /** Of a text that is not kept open. */
  async analyse(text: string): Promise<SourceAnalysis> {
    const file = (await this.#loadAnalyzer()).open(text);
    const { analysis } = file;
    file.dispose();
    return analysis;
  }

  dispose(): void {
    this.documents.dispose();
  }

  get #current(): Target {
    return (this.#target ??= this.#openTarget());
  }

  async #view(document: OpenDocument, kernel: KernelView): Promise<DocumentView> {
    const source = document.analysis(await this.#loadAnalyzer());
    const { uri } = document.text;
    const headers = await this.headers.of(uri, source);
    const besideClangd = this.#settings.besideClangd === 'on';
    const object = document.objectOf(source.text);
    return { uri, text: source.text, source, headers, kernel, besideClangd, ...(object && { object }) };
  }

  #loadAnalyzer(): Promise<Analyzer> {
    if (this.#analyzer === undefined) {
      this.#analyzer = this.#environment.analyzer();
      this.#analyzer.catch((error: unknown) => {
        this.#events.problem(`the C parser cannot be loaded: ${messageOf(error)}`);
      });
    }
    return this.#analyzer;
  }

  #openTarget(): Target {
    const { cacheDir } = this.#settings;
    const places = { ...this.#environment.places, ...(cacheDir !== '' && { cacheDir }) };
    let replaced = () => false;
    const target = openTarget(this.#settings, {
      open: (source) => openKernel(source, places),
      neighbours: () => this.#neighbours,
      onState: (state) => {
        if (!replaced()) this.#events.kernelState(state);
      },
      onProblem: (message) => this.#events.problem(message),
      rested: () => this.#events.rested(),
    });
    replaced = () => this.#target !== target;
    return target;
  }

  #loadNeighbours(): Promise<void> {
    this.#neighboursLoad ??= bundledIndexes(this.#environment.places, 'names').then((names) => {
      this.#neighbours = names;
    });
    return this.#neighboursLoad;
  }
}

function sameKernels(a: Settings, b: Settings): boolean {
  const key = ({ kernel, alsoCheck, cacheDir }: Settings) => JSON.stringify([kernel, alsoCheck, cacheDir]);
  return key(a) === key(b);
}

function mentionsUnknownEvent({ source, kernel }: DocumentView): boolean {
  return source.sections.some(
    ({ tracepoint }) => tracepoint && !hasEvent(kernel.index, tracepoint.category, tracepoint.name),
  );
}

/** Every bundled kernel; one that cannot be read is left out. */
async function bundledIndexes(
  places: Omit<KernelPlaces, 'cacheDir'>,
  stage: 'names' | 'full',
): Promise<readonly KernelIndex[]> {
  const ids = await bundledIds(places.bundledDir).catch(() => []);
  const loads = ids.map((id) => openKernel({ kind: 'bundled', id }, places)[stage].catch(() => undefined));
  return (await Promise.all(loads)).filter((index) => index !== undefined);
}
