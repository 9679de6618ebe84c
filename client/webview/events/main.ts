/** The events panel: what is shown in the webview. Rows and their filter are the extension's (client/src/panels). */
import './style.css';
import { Panel } from './panel';
import { Extension } from './vscode-api';

document.body.append(...new Panel(new Extension()).elements);
