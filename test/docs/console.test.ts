import { expect } from 'chai';
import { consoleBlocks, firstMissingLine } from '../support/console.ts';

const DOCUMENT = `# Title

\`\`\`console
$ one --flag
first …
$ two \\
>   more
# exit 2
\`\`\`

\`\`\`sh
$ never run
\`\`\`

\`\`\`console slow
$ three
\`\`\`
`;

describe('console blocks', () => {
  it('are read with their commands, exit codes and expected lines', () => {
    expect(consoleBlocks(DOCUMENT)).to.deep.equal([
      {
        line: 3,
        slow: false,
        commands: [
          { line: 4, command: 'one --flag', exit: 0, output: ['first …'] },
          { line: 6, command: 'two \\\n  more', exit: 2, output: [] },
        ],
      },
      { line: 15, slow: true, commands: [{ line: 16, command: 'three', exit: 0, output: [] }] },
    ]);
  });

  it('must begin with a command', () => {
    expect(() => consoleBlocks('```console\noutput\n```\n')).to.throw('line 2: expected a command');
  });

  it('expect lines in order, with … for anything', () => {
    const printed = 'a (1)\nb 17 ms\nc  \n';
    expect(firstMissingLine(['a (1)', 'b … ms', '…', 'c'], printed)).to.equal(undefined);
    expect(firstMissingLine(['c', 'a (1)'], printed)).to.equal('a (1)');
    expect(firstMissingLine(['b'], printed)).to.equal('b');
  });
});
