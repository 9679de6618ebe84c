/** What the answers to requests are made with. */
import type { Environment, Session } from '../session/session';
import type { ClientAbilities } from './capabilities';
import type { Requests } from './request';

export interface FeatureContext {
  readonly session: Session;
  readonly requests: Requests;
  readonly environment: Environment;
  readonly abilities: () => ClientAbilities;
}
