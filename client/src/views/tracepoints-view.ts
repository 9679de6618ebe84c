/**
 * The view "Tracepoints": categories and events of the target kernel, or what a search found. A projection of the
 * repository. Context keys: `ebpf.tracepointSearch` (a search is on), `ebpf.noKernel` (no kernel could be read).
 */
import * as vscode from 'vscode';
import { formatDocumentUri } from '#core/messages/document';
import { tracepointRequest, type TracepointDescription } from '#core/messages/tracepoint';
import type { Host } from '../commands/command';
import type { ServerStatus } from '../language-server';
import { tracepointsViewId } from './ids';
import { matchedParts } from './matched-parts';

type Node =
  | { readonly kind: 'category'; readonly name: string; readonly events: number }
  /** What commands of the tree's menus get: an event by name. */
  | { readonly kind: 'event'; readonly category: string; readonly name: string };

export function createTracepointsView(host: Host): vscode.Disposable {
  const { tracepoints, server } = host;
  const provider = new TracepointsTree(host);
  const view = vscode.window.createTreeView(tracepointsViewId, {
    treeDataProvider: provider,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const describe = async () => {
    const { query } = tracepoints;
    void vscode.commands.executeCommand('setContext', 'ebpf.tracepointSearch', query !== '');
    const { total } = await tracepoints.contents();
    if (query === tracepoints.query) view.description = query === '' ? `${total}` : `“${query}” · ${total}`;
  };
  const showCounts = () => {
    if (view.visible) describe().catch((error: unknown) => host.log.warn('Tracepoints:', String(error)));
  };
  const showKernel = (status: ServerStatus) =>
    void vscode.commands.executeCommand('setContext', 'ebpf.noKernel', hasNoKernel(status));
  showKernel(server.status);
  showCounts();
  return vscode.Disposable.from(
    view,
    provider,
    tracepoints.onDidChange(showCounts),
    view.onDidChangeVisibility(showCounts),
    server.onDidChangeStatus(showKernel),
  );
}

function hasNoKernel(status: ServerStatus): boolean {
  if (status.state === 'failed') return status.fallback === undefined;
  return status.state === 'ready' && status.events === 0;
}

class TracepointsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #host: Host;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscription: vscode.Disposable;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(host: Host) {
    this.#host = host;
    this.#subscription = host.tracepoints.onDidChange(() => this.#changed.fire(undefined));
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'event') return [];
    try {
      const contents = await this.#host.tracepoints.contents();
      if (node === undefined)
        return contents.categories.map(({ name, events }) => ({ kind: 'category', name, events }));
      const events = await contents.events(node.name);
      return events.map(({ category, name }) => ({ kind: 'event', category, name }));
    } catch (error) {
      this.#host.log.error('The tracepoints cannot be listed:', String(error));
      return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'category' ? this.#category(node) : this.#event(node);
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: Node,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (node.kind === 'event') {
      const { category, name } = node;
      const described = await this.#host.server.request(tracepointRequest, { category, name }, token);
      if (described) item.tooltip = tooltip(described);
    }
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #category({ name, events }: Extract<Node, { kind: 'category' }>): vscode.TreeItem {
    const { query } = this.#host.tracepoints;
    const state = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(name, query === '' ? state.Collapsed : state.Expanded);
    // With the search in it, so that a category that a search opens is not open for good.
    item.id = `${query === '' ? 'all' : 'found'}:${name}`;
    item.description = `${events}`;
    item.iconPath = new vscode.ThemeIcon('folder');
    item.contextValue = 'category';
    item.accessibilityInformation = { label: `category ${name}, ${events} tracepoints` };
    return item;
  }

  #event({ category, name }: Extract<Node, { kind: 'event' }>): vscode.TreeItem {
    const highlights = matchedParts(name, this.#host.tracepoints.query);
    const item = new vscode.TreeItem({ label: name, highlights });
    item.iconPath = new vscode.ThemeIcon('symbol-event');
    item.contextValue = 'event';
    item.accessibilityInformation = { label: `tracepoint ${name} of ${category}` };
    const uri = vscode.Uri.parse(formatDocumentUri(category, name));
    item.command = { title: 'Show Format', command: 'vscode.open', arguments: [uri, { preview: true }] };
    return item;
  }
}

function tooltip({ section, fields, struct }: TracepointDescription): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendCodeblock(`SEC("${section}")`, 'c');
  if (struct !== undefined) text.appendMarkdown(`ctx: \`struct ${struct} *\`\n`);
  text.appendCodeblock(fields.map(({ declaration }) => `${declaration};`).join('\n'), 'c');
  return text;
}
