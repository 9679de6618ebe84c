/**
 * What the events panel and the extension say to each other. The panel shows and asks; rows, filter and limits are the
 * extension's. What the panel sends is checked; what it gets comes from the extension that made it.
 */
import * as v from 'valibot';

const Index = v.pipe(v.number(), v.integer(), v.minValue(0));
const tabs = ['events', 'maps', 'programs'] as const;
export type PanelTab = (typeof tabs)[number];

export const FromPanel = v.variant('type', [
  /** It was loaded, and knows nothing. `filter`: what it had before it was hidden. */
  v.object({ type: v.literal('ready'), tab: v.picklist(tabs), filter: v.string() }),
  v.object({ type: v.literal('tab'), tab: v.picklist(tabs) }),
  /** The rows in sight, of which 500 are sent at most. With `follow` the last `count` ones, whichever they are. */
  v.object({
    type: v.literal('view'),
    from: Index,
    count: Index,
    follow: v.boolean(),
  }),
  v.object({ type: v.literal('filter'), text: v.pipe(v.string(), v.maxLength(1000)) }),
  /** Records of one map alone; null for all. */
  v.object({ type: v.literal('map'), map: v.nullable(v.string()) }),
  /** The type of a map's records of one size, as the user knows it. */
  v.object({ type: v.literal('recordType'), map: v.string(), size: v.nullable(Index), name: v.string() }),
  v.object({ type: v.literal('pause'), paused: v.boolean() }),
  v.object({ type: v.literal('clear') }),
  v.object({ type: v.literal('stop') }),
  /** The rows of the view, to a file that the user is asked for. */
  v.object({ type: v.literal('export') }),
  v.object({ type: v.literal('details'), index: Index }),
]);
export type FromPanel = v.InferOutput<typeof FromPanel>;

export interface PanelColumn {
  readonly title: string;
  /** As C calls it; empty for what is no member of the record. */
  readonly detail: string;
  readonly numeric: boolean;
}

export interface PanelRow {
  readonly cells: readonly string[];
  /** Instead of cells: a line between two runs. */
  readonly marker?: string;
}

export interface PanelTable {
  readonly title: string;
  /** `hash`, the host, when it was read. */
  readonly detail: string;
  readonly columns: readonly PanelColumn[];
  readonly rows: readonly PanelRow[];
  /** What is not shown. */
  readonly note: string;
}

export interface PanelHost {
  readonly host: string;
  readonly state: 'starting' | 'running' | 'stopped' | 'failed';
  /** The step that it is at, or what went wrong. */
  readonly detail: string;
}

/** A choice that the object leaves open. */
export interface RecordTypeChoice {
  readonly map: string;
  /** Of records of this size; null where that differs. */
  readonly size: number | null;
  readonly chosen: string;
  readonly names: readonly string[];
}

export type ToPanel =
  /** Rows sent before are of no use any more. */
  | {
      readonly type: 'layout';
      readonly generation: number;
      readonly columns: readonly PanelColumn[];
      readonly maps: readonly string[];
      readonly map: string | null;
      readonly choices: readonly RecordTypeChoice[];
    }
  /** Rows are numbered from `first`, the oldest that is kept, to before `end`. `rows` begin at `from`; none were asked for if empty. */
  | {
      readonly type: 'rows';
      readonly generation: number;
      readonly first: number;
      readonly end: number;
      readonly from: number;
      readonly rows: readonly PanelRow[];
    }
  | {
      readonly type: 'status';
      readonly hosts: readonly PanelHost[];
      /** Events that arrived, and those in memory. */
      readonly received: number;
      readonly kept: number;
      /** Per second, over the last seconds. */
      readonly rate: number;
      /** Sentences, for people. Empty where nothing was lost. */
      readonly lost: readonly string[];
      readonly lostCount: number;
      readonly paused: { readonly waiting: number; readonly skipped: number } | null;
      /** Whether the filter has looked at all rows. */
      readonly scanning: boolean;
    }
  | {
      readonly type: 'details';
      readonly index: number;
      readonly title: string;
      readonly fields: readonly { readonly name: string; readonly detail: string; readonly text: string }[];
      /** Offset, bytes and characters, as `hexdump -C` has them. */
      readonly hex: string;
      readonly json: string;
    }
  | { readonly type: 'maps'; readonly tables: readonly PanelTable[] }
  | { readonly type: 'programs'; readonly table: PanelTable }
  | { readonly type: 'focusFilter' };
