/** A project whose suites have mistakes, and all that is said about them. */
export interface BrokenSuites {
  mistake: string;
  files: Record<string, string>;
  /** `file:line: message`, in order. */
  problems: string[];
}

/** One suite, `evals/s.yaml`. */
const suite = (mistake: string, text: string, ...problems: string[]): BrokenSuites => ({
  mistake,
  files: { 'evals/s.yaml': text },
  problems: problems.map((problem) => `evals/s.yaml:${problem}`),
});

/** One case, with these lines below its question, from line 4 on. */
const oneCase = (mistake: string, lines: string, ...problems: string[]): BrokenSuites =>
  suite(mistake, `graph: g\ncases:\n  - ask: How many?\n${indented(lines, 4)}\n`, ...problems);

/** One case whose expectation has these lines, from line 5 on. */
const expecting = (mistake: string, lines: string, ...problems: string[]): BrokenSuites =>
  oneCase(mistake, `expect:\n${indented(lines, 2)}`, ...problems);

/** A suite with a file of more cases beside it. */
const from = (mistake: string, file: string, text: string, ...problems: string[]): BrokenSuites => ({
  mistake,
  files: { 'evals/s.yaml': `graph: g\nfrom: [${file}]\n`, [`evals/${file}`]: text },
  problems,
});

const code = (mistake: string, text: string, ...problems: string[]): BrokenSuites => ({
  mistake,
  files: { 'evals/s.eval.ts': text },
  problems: problems.map((problem) => `evals/s.eval.ts:${problem}`),
});

function indented(lines: string, by: number): string {
  return lines.replace(/^/gm, ' '.repeat(by));
}

const good = 'graph: g\ncases:\n  - { ask: Why?, expect: { facts: [so] } }\n';

export const brokenSuites: BrokenSuites[] = [
  suite('an empty file', '', '1: There is nothing in it.'),
  suite('a comment alone', '# later\n', '1: There is nothing in it.'),
  suite('no YAML', 'graph: g\ncases: [\n', '3: A list that begins with [ has no ] before here.'),
  suite('no graph', 'cases:\n  - { ask: Why?, expect: { facts: [so] } }\n', '1: "graph" is missing.'),
  suite(
    'a key that is misspelt',
    'graf: g\ncases:\n  - { ask: Why?, expect: { facts: [so] } }\n',
    '1: "graph" is missing.',
    '1: "graf" is not known here. Did you mean "graph"?',
  ),
  suite('no cases', 'graph: g\n', '1: It has no cases: write cases, or files of them at from.'),
  suite(
    'cases that are a map',
    'graph: g\ncases:\n  first: { ask: Why? }\n',
    '2: cases: expected a list, found a map. Begin each entry with a dash.',
  ),
  suite(
    'a list instead of a suite',
    '- ask: Why?\n  expect: { facts: [so] }\n',
    '1: A list is no suite: write "graph: name" above it, and the list under "cases:".',
  ),
  suite(
    'repeats that are none',
    good.replace('graph: g', 'graph: g\nrepeat: 0'),
    '2: repeat: expected a number above 0.',
  ),
  suite(
    'a text for a number',
    good.replace('graph: g', 'graph: g\nleastEffect: "0.1"'),
    '2: leastEffect: expected a number, found the text "0.1". Write it without quotes.',
  ),
  suite(
    'percents for a share',
    good.replace('graph: g', 'graph: g\nleastEffect: 5'),
    '2: leastEffect: expected 0 to 1.',
  ),
  suite(
    'a tag with a comma',
    good.replace('graph: g', 'graph: g\ntags: ["a, b"]'),
    '2: tags.0: expected a tag without commas, semicolons and stars.',
  ),
  suite(
    'a folder that is not there',
    good.replace('graph: g', 'graph: g\ncollections: { pages: [page] }'),
    '2: There is no "page".',
  ),
  suite(
    'a folder outside',
    good.replace('graph: g', 'graph: g\ncollections:\n  pages: [../x]'),
    '3: "../x" leads out of the project.',
  ),
  suite(
    'another project outside',
    good.replace('graph: g', 'graph: g\nprojectDir: ..'),
    '2: ".." leads out of the project.',
  ),
  suite(
    'an absolute path',
    good.replace('graph: g', 'graph: g\nprojectDir: /etc'),
    '2: "/etc" is not a relative path.',
  ),
  suite(
    'a file of cases outside',
    good.replace('graph: g', 'graph: g\nfrom: [../../x.jsonl]'),
    '2: "../../x.jsonl" leads out of the project.',
  ),
  suite(
    'a file of cases that is not there',
    good.replace('graph: g', 'graph: g\nfrom:\n  - s.yml'),
    '3: There is no "s.yml". Did you mean "s.yaml"?',
  ),
  suite(
    'a default that is none',
    good.replace('graph: g', 'graph: g\nexpect: { facts: [] }'),
    '2: expect.facts: expected at least one fact.',
  ),

  oneCase('nothing expected', 'id: why', '3: Nothing is expected of this case: write expect.'),
  oneCase('an empty expectation', 'expect: {}', '3: Nothing is expected of this case: write expect.'),
  oneCase(
    'an id with blanks',
    'id: how many\nexpect: { facts: [so] }',
    '4: cases.0.id: expected letters, digits, dots, underscores and hyphens.',
  ),
  oneCase(
    'a key of a case that is misspelt',
    'expects: { facts: [so] }',
    '4: "expects" is not known here. Did you mean "expect"?',
  ),
  oneCase(
    'a question and turns',
    'turns: [{ ask: So?, expect: { facts: [so] } }]',
    '3: cases.0: write ask or turns, not both.',
  ),
  oneCase(
    'a message of nobody',
    'messages: [{ content: Hello }]\nexpect: { facts: [so] }',
    '4: cases.0.messages.0: expected { human: text }, { ai: text } or { role, content }.',
  ),
  oneCase(
    'a message without content',
    'messages:\n  - { role: user }\nexpect: { facts: [so] }',
    '5: cases.0.messages.0: it has no content.',
  ),
  oneCase(
    'a call without its result',
    'messages:\n  - human: Hi\n  - { role: assistant, content: null, tool_calls: [{ id: c1, name: t, args: {} }] }\nexpect: { facts: [so] }',
    '6: messages.1: the call "c1" has no result: a message of role tool with its tool_call_id.',
  ),
  oneCase(
    'a result without its call',
    'messages:\n  - human: Hi\n  - { role: tool, tool_call_id: c1, content: x }\nexpect: { facts: [so] }',
    '6: messages.1: no message before it makes the call "c1".',
  ),
  oneCase(
    'arguments that are not JSON',
    'messages:\n  - { role: assistant, content: "", tool_calls: [{ id: c, function: { name: t, arguments: "{" } }] }\nexpect: { facts: [so] }',
    '5: messages.0: the arguments of the call of "t" are not a map in JSON.',
  ),
  suite(
    'nothing asked',
    'graph: g\ncases:\n  - id: a\n    expect: { facts: [so] }\n',
    '3: cases.0: nothing is asked: write ask, turns or messages.',
  ),
  suite(
    'messages that ask nothing',
    'graph: g\ncases:\n  - messages: [{ human: Hi }, { ai: Hello }]\n    expect: { facts: [so] }\n',
    "3: messages: nothing is asked: the last message is not a user's.",
  ),
  suite(
    'an empty question',
    'graph: g\ncases:\n  - ask: " "\n    expect: { facts: [so] }\n',
    '3: cases.0.ask: expected a text, found an empty one.',
  ),
  suite(
    'a turn of two kinds',
    'graph: g\ncases:\n  - turns:\n      - { ask: a, resume: b, expect: { facts: [so] } }\n',
    '4: cases.0.turns.0: a turn has either ask or resume.',
  ),
  suite(
    'a first turn that resumes',
    'graph: g\ncases:\n  - turns:\n      - { resume: yes, expect: { facts: [so] } }\n',
    '4: cases.0.turns.0.resume: nothing waits for an answer before the first turn: write ask.',
  ),
  suite(
    'two cases with one id',
    'graph: g\ncases:\n  - { id: a, ask: Why?, expect: { facts: [so] } }\n  - id: a\n    ask: How?\n    expect: { facts: [so] }\n',
    '4: The id "a" is already at evals/s.yaml:3.',
  ),

  expecting(
    'an expectation that is misspelt',
    'fact: [so]',
    '5: "fact" is not known here. Did you mean "facts"?',
  ),
  expecting('no facts', 'facts: []', '5: cases.0.expect.facts: expected at least one fact.'),
  expecting(
    'a fact without wordings',
    'facts:\n  - []',
    '6: cases.0.expect.facts.0: expected at least one wording.',
  ),
  expecting(
    'a fact that is a number',
    'facts: [so, 457]',
    '5: cases.0.expect.facts.1: expected a text or a list of wordings, found the number 457. Write it in quotes: "457".',
  ),
  expecting(
    'a number for all facts',
    'facts: 457',
    '5: cases.0.expect.facts: expected a list of facts, found the number 457. Write it in quotes: "457".',
  ),
  expecting(
    'facts that are left out',
    'facts:',
    '5: cases.0.expect.facts: expected a list of facts, found nothing.',
  ),
  expecting('an empty path', 'path: []', '5: cases.0.expect.path: expected at least one agent.'),
  expecting(
    'a path that is a text',
    'path: a',
    '5: cases.0.expect.path: expected a list of agents or { any: [[agents], [agents]] }, found the text "a". Write a list: [a].',
  ),
  expecting(
    'a mode that is none',
    'path: { any: [[a, b]], mode: inorder }',
    '5: cases.0.expect.path.mode: expected strict, in-order, unordered, subset, superset, found the text "inorder". Did you mean "in-order"?',
  ),
  expecting(
    'paths without brackets',
    'path: { any: [a, b] }',
    '5: cases.0.expect.path.any.0: expected a list, found the text "a". Write a list: [a].',
    '5: cases.0.expect.path.any.1: expected a list, found the text "b". Write a list: [b].',
  ),
  expecting(
    'a misspelt key of a path',
    'path: { any: [[a]], waste: 1 }',
    '5: "waste" is not known here. Did you mean "wasted"?',
  ),
  expecting(
    'a number for who takes it',
    'takenBy: 3',
    '5: cases.0.expect.takenBy: expected a text or a list of them, found the number 3. Write it in quotes: "3".',
  ),
  expecting(
    'no calls',
    'calls: []',
    '5: cases.0.expect.calls: an empty list says nothing: write { exactly: [] } for no calls at all.',
  ),
  expecting(
    'two tools in one call',
    'calls: [{ a: {}, b: {} }]',
    '5: cases.0.expect.calls.0: expected a tool or { tool: { argument: value } }.',
  ),
  expecting(
    'arguments that are a text',
    'calls:\n  - run_sql: select 1',
    '6: cases.0.expect.calls.0.run_sql: expected a map of arguments, found the text "select 1".',
  ),
  expecting(
    'an argument without values',
    'calls: [{ t: { x: { anyOf: [] } } }]',
    '5: cases.0.expect.calls.0.t.x.anyOf: expected at least one value.',
  ),
  expecting(
    'an argument that is not anything',
    'calls: [{ t: { x: { anything: false } } }]',
    '5: cases.0.expect.calls.0.t.x.anything: expected true.',
  ),
  expecting(
    'two ways of calls',
    'calls: { exactly: [a], contains: [b] }',
    '5: cases.0.expect.calls: expected one of exactly, contains, within.',
  ),
  expecting(
    'no way of calls',
    'calls: { ordered: true }',
    '5: cases.0.expect.calls: expected one of exactly, contains, within.',
  ),
  expecting('no statement', 'sql: { ordered: true }', '5: cases.0.expect.sql: "gold" is missing.'),
  expecting('an empty statement', 'sql: ""', '5: cases.0.expect.sql: expected a text, found an empty one.'),
  expecting('no rows', 'rows: []', '5: cases.0.expect.rows: expected at least one row.'),
  expecting(
    'rows that are values',
    'rows: [1, 2]',
    '5: cases.0.expect.rows.0: expected a map, found the number 1.',
    '5: cases.0.expect.rows.1: expected a map, found the number 2.',
  ),
  expecting(
    'no documents',
    'retrieval: []',
    '5: cases.0.expect.retrieval: expected a text or a list of them, found an empty list.',
  ),
  expecting(
    'a grade of nothing',
    'retrieval: { relevant: { a.md: 0 } }',
    '5: cases.0.expect.retrieval.relevant.a.md: expected a grade above 0.',
  ),
  expecting(
    'no grades',
    'retrieval: { relevant: {} }',
    '5: cases.0.expect.retrieval.relevant: expected at least one.',
  ),
  expecting(
    'recall in percent',
    'retrieval: { relevant: [a.md], recall: 80 }',
    '5: cases.0.expect.retrieval.recall: expected 0 to 1.',
  ),
  expecting(
    'documents twice',
    'retrieval: a.md\ndocuments: b.md',
    '4: cases.0.expect: write retrieval or documents, not both.',
  ),
  expecting(
    'a pattern that is none',
    'matches: "(a"',
    '5: cases.0.expect.matches: this is no regular expression: Unterminated group.',
  ),
  expecting(
    'a pattern that explodes',
    'matches:\n  - so\n  - ^(a+)+$',
    '7: cases.0.expect.matches.1: the regular expression takes time without end on some texts: avoid a repetition within a repetition, such as (a+)+.',
  ),
  expecting(
    'an empty JSON Schema',
    'schema: {}',
    '5: cases.0.expect.schema: the JSON Schema is empty: it says nothing.',
  ),
  expecting(
    'a JSON Schema that is none',
    'schema: { type: objekt }',
    '5: cases.0.expect.schema: this is no JSON Schema (draft 2020-12): schema is invalid: data/type must be equal to one of the allowed values, data/type must be array, data/type must match a schema in anyOf.',
  ),
  expecting(
    'a keyword of no JSON Schema',
    'schema: { type: object, propertys: {} }',
    '5: cases.0.expect.schema: this is no JSON Schema (draft 2020-12): strict mode: unknown keyword: "propertys".',
  ),
  expecting(
    'a refusal that is a text',
    'refuses: "yes"',
    '5: cases.0.expect.refuses: expected true or false, found the text "yes".',
  ),
  expecting(
    'safety that forbids nothing',
    'safe: {}',
    '5: cases.0.expect.safe: it says nothing: name leaks, forbidden calls, agents or a guard.',
  ),
  expecting(
    'an empty leak',
    'safe: { leaks: [""] }',
    '5: cases.0.expect.safe.leaks.0: expected a text, found an empty one.',
  ),
  expecting(
    'a state without rows',
    'state: { sql: select 1 }',
    '5: cases.0.expect.state: "rows" is missing.',
  ),
  expecting(
    'a judge without criteria',
    'judges: [{ name: tone }]',
    '5: cases.0.expect.judges.0: "criteria" is missing.',
  ),
  expecting(
    'criteria without a name',
    'judges: { criteria: Is it kind? }',
    '5: cases.0.expect.judges: "name" is missing.',
  ),
  expecting(
    'a judge without its reference',
    'judges: { criteria: correctness }',
    '5: cases.0.expect.judges.criteria: this is judged against a reference, and there is none.',
  ),
  expecting(
    'a role that is none',
    'judges: { criteria: tone, roles: [carful] }',
    '5: cases.0.expect.judges.roles.0: expected fast or careful, found the text "carful". Did you mean "careful"?',
  ),
  expecting(
    'a misspelt key of a judge',
    'judges:\n  - { criteria: tone, atleast: 1 }',
    '6: "atleast" is not known here. Did you mean "atLeast"?',
  ),
  expecting(
    'a misspelt key of the only judge',
    'judges: { criteria: tone, atleast: 1 }',
    '5: "atleast" is not known here. Did you mean "atLeast"?',
  ),
  expecting(
    'two judges with one name',
    'judges: [{ criteria: tone }, { name: tone, criteria: Is it kind? }]',
    '5: cases.0.expect.judges: two judges have one name.',
  ),
  expecting('no limit', 'within: {}', '5: cases.0.expect.within: it says nothing: name a limit.'),
  expecting(
    'a limit of nothing',
    'within: { seconds: 0 }',
    '5: cases.0.expect.within.seconds: expected a number above 0.',
  ),
  expecting(
    'a limit twice',
    'within: { seconds: 1, milliseconds: 1000 }',
    '5: cases.0.expect.within: write seconds or milliseconds, not both.',
  ),
  expecting(
    'a limit that is misspelt',
    'within: { second: 1 }',
    '5: "second" is not known here. Did you mean "seconds"?',
  ),

  from(
    'a line that is not JSON',
    'more.jsonl',
    '{"ask": "Why?", "expect": {"facts": ["so"]}}\n\n{"ask": \n',
    'evals/more.jsonl:3: This line is not JSON: Unexpected end of JSON input.',
  ),
  from(
    'a case of a line with nothing expected',
    'more.jsonl',
    '\n{"ask": "Why?"}\n',
    'evals/more.jsonl:2: Nothing is expected of this case: write expect.',
  ),
  from(
    'a line with a misspelt key',
    'more.jsonl',
    '{"ask": "Why?", "expect": {"fact": ["so"]}}\n',
    'evals/more.jsonl:1: "fact" is not known here. Did you mean "facts"?',
  ),
  from('a file without cases', 'more.jsonl', '\n\n', 'evals/more.jsonl:1: There is no case in it.'),
  from(
    'a file of another kind',
    'more.json',
    '[]',
    'evals/more.json:1: Cases come from files that end in .jsonl or .csv.',
  ),
  from(
    'a column that is misspelt',
    'more.csv',
    'ask,expect.fact\nWhy?,so\n',
    'evals/more.csv:1: A column "expect.fact" is not known. Did you mean "expect.facts"?',
  ),
  from(
    'a column that stands twice',
    'more.csv',
    'ask,ask\nWhy?,so\n',
    'evals/more.csv:1: The column "ask" stands here twice.',
  ),
  from(
    'a row that is too long',
    'more.csv',
    'ask,expect.facts\n\n"Why, and\nhow?",so\nHow many, how much?,457\n',
    'evals/more.csv:5: This row has 3 cells where the first has 2: put texts with commas in quotes.',
  ),
  from(
    'a quotation mark that does not close',
    'more.csv',
    'ask,expect.facts\nWhy?,so\n"How?,457\n',
    'evals/more.csv:3: A quotation mark opens here or below and does not close.',
  ),
  from(
    'a quotation mark in a text',
    'more.csv',
    'ask,expect.facts\nWhy "so"?,so\n',
    'evals/more.csv:2: This is not CSV: Invalid Opening Quote: a quote is found on field 0 at line 2, value is "Why ".',
  ),
  from(
    'a cell that is not JSON',
    'more.csv',
    'ask,expect.calls\nWhy?,run_sql\n',
    'evals/more.csv:2: expect.calls: this cell is not JSON: run_sql',
  ),
  from(
    'a flag that is none',
    'more.csv',
    'ask,expect.refuses\nWhy?,yes\n',
    'evals/more.csv:2: expect.refuses: expected true or false, found the text "yes".',
  ),
  from(
    'a row with nothing expected',
    'more.csv',
    'ask,expect.facts\nWhy?,so\nHow?,-\n',
    'evals/more.csv:3: Nothing is expected of this case: write expect.',
  ),
  {
    mistake: 'references that were forgotten beside what the suite expects',
    files: {
      'evals/s.yaml': 'graph: g\nexpect: { takenBy: a }\nfrom: [more.csv]\n',
      'evals/more.csv': 'ask,tags,expect.facts,expect.calls\nWhy?,,so,-\nHow?,,,\nWhere?,, ,"[""t""]"\n',
    },
    problems: [
      'evals/more.csv:3: expect.facts: this cell is empty: write what is expected, or - for nothing.',
      'evals/more.csv:3: expect.calls: this cell is empty: write what is expected, or - for nothing.',
      'evals/more.csv:4: expect.facts: this cell is empty: write what is expected, or - for nothing.',
    ],
  },
  {
    mistake: 'an id that another file has',
    files: {
      'evals/s.yaml': `${good.replace('ask', 'id: a, ask')}from: [more.jsonl]\n`,
      'evals/more.jsonl': '{"id": "a", "ask": "How?", "expect": {"facts": ["so"]}}\n',
    },
    problems: ['evals/more.jsonl:1: The id "a" is already at evals/s.yaml:3.'],
  },
  {
    mistake: 'two suites with one name',
    files: { 'evals/s.yaml': good, 'evals/s.yml': good },
    problems: ['evals/s.yml:1: The suite "s" is in evals/s.yaml already.'],
  },
  {
    mistake: 'a name with a blank',
    files: { 'evals/my suite.yaml': good },
    problems: [
      'evals/my suite.yaml:1: "my suite" cannot be the name of a suite: letters, digits and hyphens.',
    ],
  },

  code(
    'no suite',
    'export const suit = {};\n',
    '1: It exports no "suite": write export const suite = defineSuite({ … }). It exports "suit".',
  ),
  code(
    'a suite that is a function',
    'export const suite = () => ({});\n',
    '1: What it exports as "suite" is no suite: write defineSuite({ … }), with functions for setup and unavailable.',
  ),
  code('code that throws', '\nthrow new Error("no data");\n', '2: It cannot be imported: no data'),
  code('code that does not parse', 'export const suite = {\n', '1: It cannot be imported: …'),
  code(
    'unavailable() that throws',
    'export const suite = {\n  graph: "g",\n  unavailable() {\n    throw new Error("gone");\n  },\n};\n',
    '4: Its function unavailable() failed: gone',
  ),
  code(
    'cases() that throws',
    'export const suite = {\n  graph: "g",\n  async cases() {\n    throw new Error("gone");\n  },\n};\n',
    '4: Its function cases() failed: gone',
  ),
  code(
    'a case in code with nothing expected',
    'export const suite = {\n  graph: "g",\n  cases: [\n    { id: "a-b", ask: "Why?" },\n  ],\n};\n',
    '4: Nothing is expected of this case: write expect.',
  ),
  code(
    'a misspelt key in code',
    'export const suite = {\n  grap: "g",\n  graph: "g",\n  cases: [],\n};\n',
    '2: "grap" is not known here. Did you mean "graph"?',
  ),
  code(
    'a folder in code that is not there',
    'export const suite = {\n  graph: "g",\n  projectDir: "/no/such",\n  cases: [{ ask: "Why?", expect: { facts: ["so"] } }],\n};\n',
    '3: There is no "/no/such".',
  ),
];
