/** The verifier's messages and what they mean, by topic. */
import { argumentMessages } from './arguments';
import { attachTargetMessages } from './attach-target';
import { btfMessages } from './btf';
import { controlFlowMessages } from './control-flow';
import { coreRelocationMessages } from './core-relocation';
import { functionMessages } from './functions';
import { instructionMessages } from './instructions';
import { kernelMessages } from './kernel';
import { kfuncMessages } from './kfuncs';
import { lockMessages } from './locks';
import { mapMessages } from './maps';
import { memoryMessages } from './memory';
import { objectMessages } from './objects';
import { packetMessages } from './packet';
import { programMessages } from './program';
import { referenceMessages } from './references';
import { registerMessages } from './registers';
import type { MessageRule } from './rule';
import { stackMessages } from './stack';

export const messageRules: readonly MessageRule[] = [
  ...memoryMessages,
  ...stackMessages,
  ...packetMessages,
  ...argumentMessages,
  ...registerMessages,
  ...controlFlowMessages,
  ...mapMessages,
  ...referenceMessages,
  ...lockMessages,
  ...objectMessages,
  ...programMessages,
  ...attachTargetMessages,
  ...functionMessages,
  ...kfuncMessages,
  ...btfMessages,
  ...instructionMessages,
  ...kernelMessages,
  ...coreRelocationMessages,
];
