import { expect } from 'chai';
import fc from 'fast-check';
import { clean, columnsOf, cut, labelled, pad, wrap, wrapCommand } from '../../../src/report/width.ts';

const words = fc.string({ unit: 'grapheme', maxLength: 200 });
/** Any code units, lone surrogates and control characters included. */
const anything = fc.string({ unit: 'binary', maxLength: 120 });

/** What a shell makes of lines that end in a backslash. */
const unwrapped = (lines: readonly string[]): string =>
  lines.join('\n').replaceAll('\\\n', '').replace(/ +/g, ' ').trim();

describe('text of a stated width', () => {
  it('counts columns of a terminal', () => {
    expect(columnsOf('web')).to.equal(3);
    expect(columnsOf('e\u0301')).to.equal(1);
    expect(columnsOf('防火')).to.equal(4);
    expect(pad('防', 4)).to.equal('防  ');
  });

  it('takes out what could move the cursor or reorder a line', () => {
    expect(clean('a\u001b[2Jb\nc\u202ed')).to.equal('a [2Jb cd');
  });

  it('wraps at words, and long words after a separator', () => {
    expect(wrap('one two three', 7)).to.deep.equal(['one two', 'three']);
    expect(wrap('ALLOW_MULTI|REPLACE', 14)).to.deep.equal(['ALLOW_MULTI|', 'REPLACE']);
    expect(wrap('first second', 8, 2)).to.deep.equal(['first', '  second']);
  });

  it('keeps line breaks of the text', () => {
    expect(wrap('one\n\ntwo', 20)).to.deep.equal(['one', '', 'two']);
  });

  it('never gets wider than it was told', () => {
    fc.assert(
      fc.property(
        fc.oneof(words, anything),
        fc.integer({ min: 4, max: 80 }),
        fc.integer({ min: 0, max: 8 }),
        (text, width, hang) => {
          for (const line of wrap(text, width, hang)) expect(columnsOf(line)).to.be.at.most(width);
          expect(columnsOf(cut(clean(text), width))).to.be.at.most(width);
          for (const line of labelled('label', text, 2, 8, width + 20))
            expect(columnsOf(line)).to.be.at.most(width + 20);
        },
      ),
    );
  });

  it('loses no word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 4, max: 40 }), (text, width) => {
        expect(wrap(text, width).join('').replaceAll(' ', '')).to.equal(
          clean(text.replaceAll('\n', ' ')).replaceAll(' ', ''),
        );
      }),
    );
  });
});

describe('a command that is too long for a line', () => {
  it('can be pasted as it is printed', () => {
    const command =
      "lastref replay --scenario 'a folder/x.yaml' --choices 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20";
    const lines = wrapCommand(command, 2, 40);
    expect(lines.every((line) => columnsOf(line) <= 40)).to.equal(true);
    expect(unwrapped(lines)).to.equal(command);
  });

  it('stays within the width whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 20, max: 80 }), (command, width) => {
        for (const line of wrapCommand(command, 4, width)) expect(columnsOf(line)).to.be.at.most(width);
      }),
    );
  });
});
