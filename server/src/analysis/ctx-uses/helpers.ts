/**
 * Follows ctx from handlers into the functions that they pass it to. A function is followed only if every mention of its
 * name in the file is its definition, a prototype, or a call that passes ctx from handlers of one and the same section.
 */
import type { Chunk } from '../chunk';
import type { Environment } from '../environment';
import type { FileTable } from '../file-table';
import type { Program } from '../model';
import { isOpenSection } from '../placement';
import type { BodyFacts } from './body-facts';
import type { CtxFacts } from './facts';

/** A chunk with the programs it defines. */
export interface ProgramChunk {
  readonly chunk: Chunk;
  readonly facts: CtxFacts;
  readonly programs: readonly Program[];
}

/** A function, and the parameter through which it gets ctx. */
export interface HelperParameter {
  readonly chunk: Chunk;
  readonly facts: CtxFacts;
  readonly programs: readonly [Program, ...Program[]];
  /** A call that leads here is certain to run. */
  readonly certain: boolean;
  /** Some caller uses what it returns. */
  readonly returnUsed: boolean;
}

interface Node {
  readonly chunk: Chunk;
  readonly name: string;
  readonly facts: CtxFacts;
  readonly programs: Set<Program>;
  readonly sections: Set<string>;
  certain: boolean;
  returnUsed: boolean;
  passes: number;
}

export function followHelpers(
  starts: readonly ProgramChunk[],
  table: FileTable,
  environment: Environment,
  bodies: BodyFacts,
): HelperParameter[] {
  const nodes = new Map<string, Node>();
  const nodeOf = (name: string, argument: number): Node | undefined => {
    const key = `${name}#${argument}`;
    const known = nodes.get(key);
    if (known) return known;
    const chunk = table.definition(name);
    const head = chunk?.content.head;
    const isProgram = chunk?.content.sections.sites.some((site) => isOpenSection(site, environment));
    if (!chunk || !head || isProgram || head.macro !== undefined || environment.macros.names.has(name))
      return undefined;
    const facts = bodies.of(chunk, argument, 'helper', table.variables);
    const node: Node = {
      ...{ chunk, name, facts, programs: new Set<Program>(), sections: new Set<string>() },
      ...{ certain: false, returnUsed: false, passes: 0 },
    };
    nodes.set(key, node);
    return node;
  };
  const counted = new Set<CtxFacts>();
  const follow = (facts: CtxFacts, programs: readonly Program[], certain: boolean, depth: number): void => {
    const first = !counted.has(facts);
    counted.add(facts);
    for (const pass of facts.passes) {
      const node = nodeOf(pass.callee, pass.argument);
      if (!node) continue;
      const before = node.programs.size;
      const reached = certain && pass.certain;
      const news = reached && !node.certain;
      for (const program of programs) {
        node.programs.add(program);
        node.sections.add(program.section.value);
      }
      node.certain ||= reached;
      node.returnUsed ||= pass.used;
      if (first) node.passes++;
      // Again only with something new to say: that also ends recursion.
      if ((node.programs.size > before || news) && depth < 32) {
        follow(node.facts, programs, reached, depth + 1);
      }
    }
  };
  for (const { facts, programs } of starts) follow(facts, programs, true, 0);
  return [...nodes.values()].flatMap((node) => toHelper(node, table) ?? []);
}

function toHelper(node: Node, table: FileTable): HelperParameter | undefined {
  const { chunk, name, facts, certain, returnUsed } = node;
  const [program, ...programs] = node.programs;
  const elsewhere = table.mentions(name) - 1 - table.prototypes(name) - node.passes;
  if (!program || node.sections.size !== 1 || elsewhere !== 0) return undefined;
  return { chunk, facts, programs: [program, ...programs], certain, returnUsed };
}
