/**
 * House rules that a compiler does not check. STYLE.md has the reasons.
 *
 * Every test collects what breaks its rule as `file:line what` and expects the empty list, so that one run shows all of
 * it.
 */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { functionsOf, lineOf, parse, visit } from './support/functions.ts';
import { filesMatching, type RepositoryFile, ROOT } from './support/repository.ts';

const MAX_FUNCTION_LINES = 60;
const MAX_FILE_LINES = 400;

/**
 * Files that may be longer than the limit, with the length they may have. The list only ever gets shorter: a file that
 * has shrunk makes the test fail until its entry is lowered or removed.
 */
const RATCHET: Readonly<Record<string, number>> = {};

const sources = filesMatching(/^(?:src|models|bench|bin|scripts|test)\/.*\.(?:ts|js|mjs)$/);
const documents = filesMatching(/\.md$/);
const texts = filesMatching(/\.(?:ts|js|mjs|md|json|ya?ml|sh|c|h|html)$|^\.ci\/|^LICENSE$/);

/** `file:line what` for each line of the files that matches. */
function linesMatching(files: readonly RepositoryFile[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : [])),
  );
}

/** A Markdown text without its fenced blocks, whose lines may look like headings and links. */
function prose(text: string): string {
  return text.replace(/^( *)(```+|~~~+).*\n[\s\S]*?^\1\2$/gm, '');
}

function folderOf({ path }: RepositoryFile): string {
  return dirname(path);
}

describe('the repository is tidy', () => {
  it('has sources and documents to look at', () => {
    expect(sources.length).to.be.greaterThan(20);
    expect(documents.length).to.be.greaterThan(4);
  });

  it(`has no function of more than ${MAX_FUNCTION_LINES} lines`, () => {
    const long = sources.flatMap((file) =>
      functionsOf(parse(file))
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ line, lines }) => `${file.path}:${line} ${lines} lines`),
    );
    expect(long).to.deep.equal([]);
  });

  it(`has no file of more than ${MAX_FILE_LINES} lines`, () => {
    const wrong = sources.flatMap(({ path, text }) => {
      const lines = text.trimEnd().split('\n').length;
      const allowed = RATCHET[path] ?? MAX_FILE_LINES;
      if (lines > allowed) return [`${path} ${lines} lines, ${allowed} allowed`];
      return path in RATCHET && lines < allowed
        ? [`${path} has shrunk to ${lines} lines: lower its entry in RATCHET`]
        : [];
    });
    const gone = Object.keys(RATCHET).filter((path) => !existsSync(join(ROOT, path)));
    expect([...wrong, ...gone]).to.deep.equal([]);
  });

  it('has no any, and no silenced compiler', () => {
    const found = sources.flatMap((file) => {
      const source = parse(file);
      const lines: string[] = [];
      visit(source, (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) lines.push(`${file.path}:${lineOf(source, node.getStart())} any`);
      });
      return lines;
    });
    const silenced = linesMatching(sources, /@ts-(?:ignore|nocheck|expect-error)\b|@(?:type|param|returns)\s*\{any\}/);
    // A type test expects an error: that is its statement.
    expect([...found, ...silenced.filter((line) => !/^test\/types\//.test(line))]).to.deep.equal([]);
  });

  it('has no leftover reminders', () => {
    const reminder = new RegExp(
      `\\b(?:${['TO', 'FIX', 'X', 'HA'].map((a, i) => a + ['DO', 'ME', 'XX', 'CK'][i]).join('|')})\\b`,
    );
    expect(linesMatching(texts, reminder)).to.deep.equal([]);
  });

  it('names no path of one machine', () => {
    const machine = /(?<![\w.~$}>-])\/(?:work|home|root|Users)\/\w/;
    expect(linesMatching(texts, machine)).to.deep.equal([]);
  });
});

describe('the documents are tidy', () => {
  it('have exactly one first heading', () => {
    const wrong = documents.flatMap(({ path, text }) => {
      const headings = prose(text).match(/^# /gm)?.length ?? 0;
      return headings === 1 ? [] : [`${path} has ${headings}`];
    });
    expect(wrong).to.deep.equal([]);
  });

  it('link only to files that exist', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...prose(text).matchAll(/\]\(([^)\s]+)(?:\s[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(path), decodeURI(target.replace(/#.*/, '')))))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('mention every folder of src and models in ARCHITECTURE.md', () => {
    const architecture = documents.find(({ path }) => path === 'ARCHITECTURE.md')?.text ?? '';
    const folders = new Set(filesMatching(/^(?:src|models)\/.*\.ts$/).map(folderOf));
    const missing = [...folders].filter((folder) => !architecture.includes(`\`${folder}/\``));
    expect(missing).to.deep.equal([]);
  });
});

describe('the models are tidy', () => {
  it('cite a kernel file and a fact in every command and work', () => {
    const kernelFile = /\b(?:kernel|include|fs|net|drivers|mm|security|block)\/[\w./-]+\.[ch]\b/;
    // Rows of the fact tables (K26, LINK3, xdp-031), claims (C18), sections (§17, facts link-core 4.2).
    const fact = /\b[A-Z]{1,5}\d{1,3}\b|§\s?\d+|\bfacts (?:cgroup|link-core|net) \d|\b[a-z]+-\d{3}\b/;
    const silent = filesMatching(/^models\/(?:commands|works)\/.*\.ts$/)
      .filter(({ path }) => !path.endsWith('/index.ts'))
      .flatMap(({ path, text }) => [
        ...(kernelFile.test(text) ? [] : [`${path} cites no kernel file`]),
        ...(fact.test(text) ? [] : [`${path} cites no fact`]),
      ]);
    expect(silent).to.deep.equal([]);
  });
});
