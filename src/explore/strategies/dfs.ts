/** Depth-first: the state found last is expanded first. Exhaustive as breadth-first is; its traces are not shortest. */
import type { Frontier } from './frontier.ts';

export class DepthFirst implements Frontier {
  readonly name = 'dfs';
  readonly depth = -1;
  private readonly stack: number[] = [0];

  get waiting(): number {
    return this.stack.length;
  }

  take(): number {
    return this.stack.pop() ?? -1;
  }

  found(from: number, to: number): void {
    for (let state = to - 1; state >= from; state--) this.stack.push(state);
  }
}
