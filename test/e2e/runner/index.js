// Runs inside the extension host of a VS Code with the extension (scripts/test-electron.mjs,
// test/e2e/extension-host.test.ts): the extension through VS Code's own API, without a mouse or a keyboard.
// Plain CommonJS, because VS Code requires it as it is.
const assert = require('node:assert/strict');
const vscode = require('vscode');

const id = 'ebpf-workbench.ebpf-workbench';

const checks = {
  'registers its commands': async () => {
    await vscode.extensions.getExtension(id).activate();
    const commands = await vscode.commands.getCommands(true);
    for (const { command } of vscode.extensions.getExtension(id).packageJSON.contributes.commands) {
      assert.ok(commands.includes(command), command);
    }
  },

  'publishes diagnostics with code and page': async () => {
    const { uri } = await open('wrong.bpf.c');
    const diagnostics = await diagnosticsOf(uri);
    assert.deepEqual([...new Set(diagnostics.map(({ source }) => source))], ['ebpf']);
    assert.ok(
      diagnostics.some(({ code }) => code.value === 'ctx-type'),
      JSON.stringify(diagnostics),
    );
  },

  'completes a section name': async () => {
    const document = await open('empty.bpf.c');
    const end = document.lineAt(document.lineCount - 1).range.end;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, end, 'SEC("tp/fchmodat")');
    await vscode.workspace.applyEdit(edit);
    const cursor = new vscode.Position(end.line, 'SEC("tp/fchmodat'.length);
    const list = await vscode.commands.executeCommand(
      'vscode.executeCompletionItemProvider',
      document.uri,
      cursor,
      '/',
    );
    assert.ok(list.items.some((item) => JSON.stringify(item.label).includes('sys_enter_fchmodat')));
  },

  'inserts its snippets': async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'c' });
    const editor = await vscode.window.showTextDocument(document);
    editor.options = { insertSpaces: false };
    for (const file of await snippetFiles()) {
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      await editor.insertSnippet(new vscode.SnippetString(file.map(separateStops).join('\n')), all);
      // Who started this compares the text.
      console.log(`ebpf-snippets ${Buffer.from(document.getText()).toString('base64')}`);
      await vscode.commands.executeCommand('leaveSnippet');
    }
  },

  'shows a format as a document that cannot be edited': async () => {
    const document = await open('fchmodat.bpf.c');
    const cursor = document.positionAt(document.getText().indexOf('sys_enter_fchmodat'));
    const [target] = await vscode.commands.executeCommand(
      'vscode.executeDefinitionProvider',
      document.uri,
      cursor,
    );
    const format = await vscode.workspace.openTextDocument(target.targetUri ?? target.uri);
    assert.match(format.getText(), /^name: sys_enter_fchmodat$/m);
  },

  'sets up clangd, with a vmlinux.h of the target kernel': async () => {
    const { uri } = await open('fchmodat.bpf.c');
    await vscode.commands.executeCommand('ebpf.setUpClangd');
    const config = vscode.Uri.joinPath(uri, '..', '.clangd');
    const text = Buffer.from(await vscode.workspace.fs.readFile(config)).toString();
    await vscode.workspace.fs.delete(config);
    const [, folder] = /"-idirafter"\n {4}- ("\/.*headers.*")/.exec(text) ?? [];
    assert.ok(folder, text);
    const header = vscode.Uri.joinPath(vscode.Uri.file(JSON.parse(folder)), 'vmlinux.h');
    assert.match(
      Buffer.from(await vscode.workspace.fs.readFile(header)).toString(),
      /^struct task_struct \{$/m,
    );
  },

  'leaves other C files alone': async () => {
    const document = await open('plain.c');
    const hovers = await vscode.commands.executeCommand(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(0, 5),
    );
    assert.deepEqual(hovers, []);
  },
};

async function open(name) {
  const [folder] = vscode.workspace.workspaceFolders;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The bodies of each contributed file. */
async function snippetFiles() {
  const { extensionUri, packageJSON } = vscode.extensions.getExtension(id);
  const files = packageJSON.contributes.snippets.map(({ path }) => vscode.Uri.joinPath(extensionUri, path));
  const texts = await Promise.all(files.map((file) => vscode.workspace.fs.readFile(file)));
  return texts.map((text) =>
    Object.values(JSON.parse(Buffer.from(text).toString())).map(({ body }) => body.join('\n')),
  );
}

/** Gives every snippet tab stops of its own, so that many are inserted as one. */
function separateStops(body, n) {
  return body.replace(/\$(\{?)([1-9]\d*)/g, (_, brace, stop) => `$${brace}${100 * (n + 1) + Number(stop)}`);
}

/** The first diagnostics of a file that are not an empty list. */
function diagnosticsOf(uri) {
  return new Promise((resolve) => {
    const look = () => {
      const diagnostics = vscode.languages.getDiagnostics(uri);
      if (diagnostics.length === 0) return;
      subscription.dispose();
      resolve(diagnostics);
    };
    const subscription = vscode.languages.onDidChangeDiagnostics(look);
    look();
  });
}

/** A check that waits for what never comes fails, and the next one gets its turn. */
function within(promise, milliseconds) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

exports.run = async () => {
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await within(check(), 20_000);
      console.log(`ebpf-check ok: ${name}`);
    } catch (error) {
      failed.push(`${name}: ${error.message}`);
      console.error(`ebpf-check failed: ${name}: ${error.message}`);
    }
  }
  if (failed.length > 0) throw new Error(failed.join('\n'));
};
