import type { AgentAction, AgentCommand } from '../../lib/agents/command.ts';

type Loose<Action> = Action extends unknown
  ? { readonly [Key in keyof Action]: Key extends 'connId' ? string : Action[Key] }
  : never;

/** A command; its ConnID may be any text. */
export function command(
  wanted: Loose<AgentAction> & Pick<AgentCommand, 'reasons' | 'referenceId'>,
): AgentCommand {
  return wanted as AgentCommand;
}
