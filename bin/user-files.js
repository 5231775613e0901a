/**
 * Resolve hook for files that users write (proposals), wherever they lie.
 *
 * - `lastref/modelling` means this very package, also where there is no node_modules: the import is resolved as if it
 *   stood here, which leads to package.json's `exports`.
 * - A `.ts` file is an ES module, also where no package.json says so. Node would take it for CommonJS, and an import of
 *   ours from there fails with ERR_REQUIRE_CYCLE_MODULE.
 * @type {import('node:module').ResolveHook}
 */
export async function resolve(specifier, context, nextResolve) {
  const ours = specifier.startsWith('lastref/');
  const resolved = await nextResolve(specifier, ours ? { ...context, parentURL: import.meta.url } : context);
  const mistaken = resolved.format === 'commonjs' && /\.ts(?:\?|$)/.test(resolved.url);
  return mistaken ? { ...resolved, format: 'module' } : resolved;
}
