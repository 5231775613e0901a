/** Lets this process import TypeScript, and lets a user's file import `lastref/…` from wherever it lies. */
import { register as registerHooks } from 'node:module';
import { register as registerTsx } from 'tsx/esm/api';

export function register() {
  registerTsx();
  // Registered last, so asked first and told last.
  registerHooks('./user-files.js', import.meta.url);
}
