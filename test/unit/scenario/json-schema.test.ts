import { expect } from 'chai';
import { scenarioSchema } from '../../../src/scenario/json-schema.ts';
import { PROBLEM_CODES } from '../../../src/scenario/problem-codes.ts';
import { filesMatching } from '../../support/repository.ts';
import { tiny } from '../../support/tiny-model.ts';

interface Form {
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly anyOf?: readonly Form[];
}

const schema = scenarioSchema(tiny) as unknown as {
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly $defs: Readonly<Record<string, Form>>;
};

const forms = (name: string): readonly Form[] => schema.$defs[name]?.anyOf ?? [];

describe('the JSON Schema of scenarios', () => {
  it('has the keys of the format, and lets no others pass', () => {
    expect(schema.required).to.deep.equal(['title', 'actors', 'check']);
    expect(schema.additionalProperties).to.equal(false);
    expect(Object.keys(schema.properties)).to.include.members(['setup', 'roles', 'expect', 'budget']);
  });

  it('offers operations with their arguments', () => {
    expect(forms('step')[0]?.enum).to.include.members(['link_create', 'exit']);
    const create = forms('step')[2]?.properties?.['link_create'] as Form;
    expect(Object.keys(create.properties ?? create.anyOf?.[0]?.properties ?? {})).to.deep.equal([
      'as',
      'result',
      'prog',
      'cgroup',
      'flags',
      'cookie',
    ]);
    expect(JSON.stringify(create)).to.include('BPF_F_MULTI');
  });

  it('offers properties and built-in checks', () => {
    expect(Object.keys(forms('check')[1]?.properties ?? {})).to.include.members([
      'label',
      'few-links',
      'exists',
      'reachable',
    ]);
  });

  it('offers semantics with their grains', () => {
    expect(JSON.stringify(schema.properties['expect'])).to.include('linux-1@lock');
  });
});

describe('the codes of problems', () => {
  it('are each explained, and each used', () => {
    const sources = filesMatching(/^src\/(?:scenario|world)\/.*\.ts$/).filter(
      ({ path }) => !path.endsWith('problem-codes.ts'),
    );
    const used = new Set(
      sources.flatMap(({ text }) => [...text.matchAll(/'(LR[12]\d\d)'/g)].map(([, code]) => code ?? '')),
    );
    expect([...used].sort()).to.deep.equal(Object.keys(PROBLEM_CODES).sort());
  });
});
