/** The view "Programs and Maps": files of the workspace, and in each its programs and maps. A click goes there. */
import * as vscode from 'vscode';
import type { BpfMap, BpfProgram } from '#core/messages/programs';
import type { Host } from '../commands/command';
import { programsViewId } from './ids';
import { mapIcon, mapTypeName, programIcon } from './program-icons';

type Node =
  | { readonly kind: 'file'; readonly uri: vscode.Uri; readonly open: boolean }
  | { readonly kind: 'program'; readonly uri: vscode.Uri; readonly program: BpfProgram }
  | { readonly kind: 'map'; readonly uri: vscode.Uri; readonly map: BpfMap };

/** With more files than this, all are closed at first: what is not open is not analysed. */
const openedFiles = 10;

export function createProgramsView(host: Host): vscode.Disposable {
  const provider = new ProgramsTree(host);
  return vscode.Disposable.from(
    provider,
    vscode.window.createTreeView(programsViewId, { treeDataProvider: provider, showCollapseAll: true }),
  );
}

class ProgramsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #host: Host;
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly #subscription: vscode.Disposable;
  #files = new Map<string, Node>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(host: Host) {
    this.#host = host;
    this.#subscription = host.programs.onDidChange((uri) =>
      this.#changed.fire(uri && this.#files.get(uri.toString())),
    );
  }

  async getChildren(node?: Node): Promise<Node[]> {
    try {
      if (node === undefined) return await this.#fileNodes();
      if (node.kind !== 'file') return [];
      const { uri } = node;
      const { programs, maps } = await this.#host.programs.contents(uri);
      return [
        ...programs.map((program): Node => ({ kind: 'program', uri, program })),
        ...maps.map((map): Node => ({ kind: 'map', uri, map })),
      ];
    } catch (error) {
      this.#host.log.error('Programs cannot be listed:', String(error));
      return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return fileItem(node.uri, node.open);
      case 'program':
        return programItem(node.uri, node.program);
      case 'map':
        return mapItem(node.uri, node.map);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #fileNodes(): Promise<Node[]> {
    const files = await this.#host.programs.files();
    const nodes = files.map((uri): Node => ({ kind: 'file', uri, open: files.length <= openedFiles }));
    this.#files = new Map(nodes.map((node) => [node.uri.toString(), node]));
    return nodes;
  }
}

function fileItem(uri: vscode.Uri, open: boolean): vscode.TreeItem {
  const state = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(uri, open ? state.Expanded : state.Collapsed);
  item.description = true;
  item.iconPath = vscode.ThemeIcon.File;
  return item;
}

function programItem(uri: vscode.Uri, { name, section, programType, range }: BpfProgram): vscode.TreeItem {
  const item = new vscode.TreeItem(name);
  item.description = section;
  item.tooltip = `SEC("${section}")${programType === undefined ? '' : `\n${programType}`}`;
  item.iconPath = new vscode.ThemeIcon(programIcon(programType));
  item.accessibilityInformation = { label: `program ${name}, section ${section}` };
  item.command = reveal(uri, range);
  return item;
}

function mapItem(uri: vscode.Uri, { name, type, range }: BpfMap): vscode.TreeItem {
  const item = new vscode.TreeItem(name);
  item.description = mapTypeName(type);
  if (type !== undefined) item.tooltip = type;
  item.iconPath = new vscode.ThemeIcon(mapIcon(type));
  item.accessibilityInformation = { label: `map ${name}, ${mapTypeName(type)}` };
  item.command = reveal(uri, range);
  return item;
}

function reveal(uri: vscode.Uri, { start }: BpfProgram['range']): vscode.Command {
  const at = new vscode.Position(start.line, start.character);
  const options = { selection: new vscode.Range(at, at), preview: true };
  return { title: 'Go to Definition', command: 'vscode.open', arguments: [uri, options] };
}
