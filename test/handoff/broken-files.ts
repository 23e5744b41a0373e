/** A project with one mistake, and all that `baton check` says about it. */
export interface BrokenFiles {
  mistake: string;
  /** Instead of, or beside, those of `wholeProject`; undefined: the file is not there. `TOOL x` stands for the file of a tool x. */
  files: Record<string, string | undefined>;
  /** Every line, in order. One that ends in … is followed by words of the system. */
  problems: string[];
}

const agent = '---\nmodel: fast\n---\nYou help.\n';
const oneEdge = 'start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: why\n';

/** Two agents, and a graph without mistakes. */
export const wholeProject = { 'agents/a.md': agent, 'agents/b.md': agent, 'graphs/g.yaml': oneEdge };

type Files = BrokenFiles['files'];
const graph = (text: string, more: Files = {}): Files => ({ 'graphs/g.yaml': text, ...more });

/** The graph, with more lines behind its own. */
const after = (text: string, more: Files = {}): Files => graph(oneEdge + text, more);

/** The graph, with these lines below its edge. */
const edge = (text: string): Files => graph(oneEdge.replace('b: why\n', 'b:\n') + text);

/** One agent, alone in its graph. */
const alone = (text: string, more: Files = {}): Files => ({
  'agents/a.md': text,
  'agents/b.md': undefined,
  'graphs/g.yaml': 'start: a\nagents: [a]\n',
  ...more,
});

/** That agent, with a tool and these lines of examples. */
const examples = (text: string): Files => ({
  ...alone(`---\ntools: [look_up]\nexamples:\n${text}---\nHi\n`),
  'tools/look-up.ts': 'TOOL look_up',
});

const seeA = 'graphs/g.yaml:2: error: The file of "a" has mistakes: see agents/a.md.';

export const brokenFiles: BrokenFiles[] = [
  {
    mistake: 'a tab as indentation',
    files: graph('start: a\nagents:\n\t- a\n'),
    problems: ['graphs/g.yaml:3: error: A tab stands where YAML wants blanks: indent with blanks.'],
  },
  {
    mistake: 'a tab among blanks',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n\tb: why\n'),
    problems: ['graphs/g.yaml:5: error: A tab stands where YAML wants blanks: indent with blanks.'],
  },
  {
    mistake: 'a line that is indented too far',
    files: graph('start: a\n  agents: [a]\n'),
    problems: [
      'graphs/g.yaml:1: error: The line below is indented as if it belonged to this value: align it with its neighbours.',
    ],
  },
  {
    mistake: 'a line between two levels',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: why\n   c: why\n'),
    problems: ['graphs/g.yaml:6: error: This line is not aligned with its neighbours.'],
  },
  {
    mistake: 'a reason with a colon',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: counts, sums: or dates\n'),
    problems: [
      'graphs/g.yaml:5: error: A colon and a blank begin a value inside this one: put the text in quotes.',
    ],
  },
  {
    mistake: 'a reason that begins with a brace',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: {rent} questions\n'),
    problems: ['graphs/g.yaml:5: error: A text cannot begin with { in YAML: put it in quotes.'],
  },
  {
    mistake: 'a reason in stars',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: *important* things\n'),
    problems: ['graphs/g.yaml:5: error: A text cannot begin with * in YAML: put it in quotes.'],
  },
  {
    mistake: 'a reason that begins with a star',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: *rent\n'),
    problems: ['graphs/g.yaml:5: error: A text cannot begin with * in YAML: put it in quotes.'],
  },
  {
    mistake: 'a reason that begins with an exclamation mark',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: !rent questions\n'),
    problems: ['graphs/g.yaml:5: error: A text cannot begin with ! in YAML: put it in quotes.'],
  },
  {
    mistake: 'a text that begins with @',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: "@rent"\ndescription: @rent\n'),
    problems: ['graphs/g.yaml:6: error: A text cannot begin with @ in YAML: put it in quotes.'],
  },
  {
    mistake: 'a reason that begins with >',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: > 3 films\n'),
    problems: [
      'graphs/g.yaml:5: error: A text that begins with | or > begins on the next line: put this one in quotes.',
    ],
  },
  {
    mistake: 'a reason that goes on behind its quotes',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: "rent" or return\n'),
    problems: [
      'graphs/g.yaml:5: error: The text goes on behind its closing ": put all of it in quotes, and write \\" for one inside.',
    ],
  },
  {
    mistake: 'an apostrophe in single quotes',
    files: graph("start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: 'it's about rent'\n"),
    problems: [
      "graphs/g.yaml:5: error: The text goes on behind its closing ': put all of it in quotes, and write '' for one inside.",
    ],
  },
  {
    mistake: 'a quote that does not close',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: "it is about rent\nnextTurn: start\n'),
    problems: ['graphs/g.yaml:5: error: A quotation mark opens here and does not close.'],
  },
  {
    mistake: 'a list that does not close',
    files: graph('start: a\nagents: [a, b\nhandoffs:\n  a:\n    b: why\n'),
    problems: ['graphs/g.yaml:3: error: A list that begins with [ has no ] before here.'],
  },
  {
    mistake: 'a map that does not close',
    files: graph('start: a\nagents: [a, b]\nlimits: { calls: 3\napprove: []\n'),
    problems: ['graphs/g.yaml:4: error: A map that begins with { has no } before here.'],
  },
  {
    mistake: 'a line without a colon',
    files: graph('start a\nagents: [a]\n'),
    problems: [
      'graphs/g.yaml:1: error: This line has no colon: write "name: value", or indent a text that goes on.',
    ],
  },
  {
    mistake: 'colons without a blank',
    files: graph('start:a\nagents:[a]\n'),
    problems: [
      'graphs/g.yaml:1: error: Expected a map, found the text "start:a agents:[a]". Write a blank behind the colon.',
    ],
  },
  {
    mistake: 'dashes without a blank',
    files: graph('start: a\nagents:\n  -a\n  -b\n'),
    problems: [
      'graphs/g.yaml:2: error: agents: expected a list, found the text "-a -b". Write a blank behind the dash of a list.',
    ],
  },
  {
    mistake: 'one dash without a blank',
    files: graph('start: a\nagents:\n- a\n-b\n'),
    problems: ['graphs/g.yaml:4: error: Write a blank behind the dash of a list.'],
  },
  {
    mistake: 'two documents in one file',
    files: graph('start: a\n---\nagents: [a]\n'),
    problems: ['graphs/g.yaml:2: error: A line of dashes begins a second document: a file holds one.'],
  },
  {
    mistake: 'a key that stands twice',
    files: graph('start: a\nstart: b\nagents: [a, b]\n'),
    problems: ['graphs/g.yaml:2: error: "start" stands here twice.'],
  },
  {
    mistake: 'an edge that stands twice',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: why\n    b: again\n'),
    problems: ['graphs/g.yaml:6: error: "b" stands here twice.'],
  },
  {
    mistake: 'a sender that stands twice',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: why\n  a:\n    b: again\n'),
    problems: ['graphs/g.yaml:6: error: "a" stands here twice.'],
  },
  {
    mistake: 'references without end',
    files: graph(`start: &a a\nagents: [${Array(101).fill('*a').join(', ')}]\n`),
    problems: ['graphs/g.yaml:2: error: More than 100 references (*name).'],
  },
  {
    mistake: 'an empty graph',
    files: graph(''),
    problems: ['graphs/g.yaml:1: error: There is nothing in it.'],
  },
  {
    mistake: 'a graph of comments',
    files: graph('# nothing yet\n'),
    problems: ['graphs/g.yaml:1: error: There is nothing in it.'],
  },
  {
    mistake: 'a graph that is a list',
    files: graph('- a\n- b\n'),
    problems: [
      'graphs/g.yaml:1: error: Expected a map, found a list. Write "name: value", without dashes or brackets.',
    ],
  },
  {
    mistake: 'a graph that is a text',
    files: graph('a graph\n'),
    problems: ['graphs/g.yaml:1: error: Expected a map, found the text "a graph".'],
  },
  {
    mistake: 'nothing: a byte order mark and the line ends of Windows',
    files: graph(`\uFEFF${oneEdge.replaceAll('\n', '\r\n')}`),
    problems: [],
  },
  {
    mistake: 'an unknown key',
    files: graph('start: a\nagents: [a]\nlimit: {}\n'),
    problems: ['graphs/g.yaml:3: error: "limit" is not known here. Did you mean "limits"?'],
  },
  {
    mistake: 'a key in lower case',
    files: graph('start: a\nagents: [a]\nnextturn: start\n'),
    problems: ['graphs/g.yaml:3: error: "nextturn" is not known here. Did you mean "nextTurn"?'],
  },
  {
    mistake: 'an unknown key inside',
    files: graph('start: a\nagents: [a]\nlimits:\n  handofs: 3\n'),
    problems: ['graphs/g.yaml:4: error: "handofs" is not known here. Did you mean "handoffs"?'],
  },
  {
    mistake: 'no start',
    files: graph('agents: [a, b]\n'),
    problems: ['graphs/g.yaml:1: error: "start" is missing.'],
  },
  {
    mistake: 'no agents at all',
    files: graph('start: a\n'),
    problems: ['graphs/g.yaml:1: error: "agents" is missing.'],
  },
  {
    mistake: 'an empty list of agents',
    files: graph('start: a\nagents: []\n'),
    problems: ['graphs/g.yaml:2: error: agents: name at least one agent.'],
  },
  {
    mistake: 'agents as a text',
    files: graph('start: a\nagents: a, b\n'),
    problems: [
      'graphs/g.yaml:2: error: agents: expected a list, found the text "a, b". Write a list: [a, b].',
    ],
  },
  {
    mistake: 'agents as a map',
    files: graph('start: a\nagents:\n  a: first\n  b: second\n'),
    problems: ['graphs/g.yaml:2: error: agents: expected a list, found a map. Begin each entry with a dash.'],
  },
  {
    mistake: 'agents without a value',
    files: graph('start: a\nagents:\n'),
    problems: ['graphs/g.yaml:2: error: agents: expected a list, found nothing.'],
  },
  {
    mistake: 'an agent whose name is a number',
    files: graph('start: 1\nagents: [1]\n'),
    problems: [
      'graphs/g.yaml:1: error: start: expected a text, found the number 1. Write it in quotes: "1".',
      'graphs/g.yaml:2: error: agents.0: expected a text, found the number 1. Write it in quotes: "1".',
    ],
  },
  {
    mistake: 'handoffs as a list',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  - a: { b: why }\n'),
    problems: [
      'graphs/g.yaml:3: error: handoffs: expected a map, found a list. Write "name: value", without dashes or brackets.',
    ],
  },
  {
    mistake: 'receivers as a list',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    - b\n'),
    problems: [
      'graphs/g.yaml:4: error: handoffs.a: expected a map, found a list. Write "name: value", without dashes or brackets.',
    ],
  },
  {
    mistake: 'a receiver without a reason',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a: b\n'),
    problems: ['graphs/g.yaml:4: error: handoffs.a: expected a map, found the text "b".'],
  },
  {
    mistake: 'handoffs without a value',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n'),
    problems: ['graphs/g.yaml:3: error: handoffs: expected a map, found nothing.'],
  },
  {
    mistake: 'an edge without a value',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b:\n'),
    problems: ['graphs/g.yaml:5: error: handoffs.a.b: expected a text, found nothing.'],
  },
  {
    mistake: 'an edge with an empty reason',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: ""\n'),
    problems: ['graphs/g.yaml:5: error: handoffs.a.b: say when to hand over: the model reads it.'],
  },
  {
    mistake: 'an edge without when',
    files: edge('      return: caller\n'),
    problems: ['graphs/g.yaml:5: error: handoffs.a.b: "when" is missing.'],
  },
  {
    mistake: 'an unknown start',
    files: graph('start: aa\nagents: [a, b]\nhandoffs: { a: { b: why } }\n'),
    problems: ['graphs/g.yaml:1: error: There is no agent in this graph "aa". Did you mean "a"?'],
  },
  {
    mistake: 'a name in upper case',
    files: graph('start: A\nagents: [A, b]\nhandoffs: { A: { b: why } }\n'),
    problems: [
      'agents/a.md:1: warning: No graph has the agent "a".',
      'graphs/g.yaml:2: error: There is no agent file "A". Did you mean "a"?',
    ],
  },
  {
    mistake: 'a longer name in upper case',
    files: graph('start: a\nagents: [a, SQL]\nhandoffs: { a: { SQL: why } }\n', {
      'agents/sql.md': '---\n---\nHi\n',
      'agents/b.md': undefined,
    }),
    problems: [
      'agents/sql.md:1: warning: No graph has the agent "sql".',
      'graphs/g.yaml:2: error: There is no agent file "SQL". Did you mean "sql"?',
    ],
  },
  {
    mistake: 'an agent without a file',
    files: graph('start: a\nagents:\n  - a\n  - b\n  - helper\nhandoffs: { a: { b: why, helper: why } }\n'),
    problems: ['graphs/g.yaml:5: error: There is no agent file "helper". There are: a, b.'],
  },
  {
    mistake: 'an edge from nobody',
    files: after('  c: { a: why }\n'),
    problems: ['graphs/g.yaml:6: error: There is no agent in this graph "c". Did you mean "a"?'],
  },
  {
    mistake: 'an edge to nobody',
    files: graph('start: a\nagents: [a]\nhandoffs:\n  a:\n    triag: why\n'),
    problems: [
      'agents/b.md:1: warning: No graph has the agent "b".',
      'graphs/g.yaml:5: error: There is no agent in this graph "triag". There are: a.',
    ],
  },
  {
    mistake: 'an edge to itself',
    files: after('  b: { b: why }\n'),
    problems: ['graphs/g.yaml:6: error: "b" cannot hand over to itself.'],
  },
  {
    mistake: 'an agent that stands twice',
    files: graph('start: a\nagents: [a, b, a]\nhandoffs: { a: { b: why } }\n'),
    problems: ['graphs/g.yaml:2: error: "a" stands here twice.'],
  },
  {
    mistake: 'an agent that nobody reaches',
    files: graph('start: a\nagents: [a, b]\n'),
    problems: [
      'graphs/g.yaml:2: warning: Nobody hands over to "b": no path of handoffs leads there from "a".',
    ],
  },
  {
    mistake: 'a brief of an unknown type',
    files: edge('      when: w\n      brief: { q: text }\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.brief.q: expected string, number, integer or boolean, found the text "text".',
    ],
  },
  {
    mistake: 'the mark of an optional field behind its type',
    files: edge('      when: w\n      brief: { q: string? }\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.brief.q: expected string, number, integer or boolean, found the text "string?". Did you mean "string"?',
    ],
  },
  {
    mistake: 'the mark of an optional field before its name',
    files: edge('      when: w\n      brief: { ?q: string }\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.brief.?q: expected a field name, with ? at its end when it is optional.',
    ],
  },
  {
    mistake: 'a brief as a list',
    files: edge('      when: w\n      brief: [q]\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.brief: expected a map, found a list. Write "name: value", without dashes or brackets.',
    ],
  },
  {
    mistake: 'a field that must be there and may be absent',
    files: edge('      when: w\n      brief: { q: string, q?: string }\n'),
    problems: [
      'graphs/g.yaml:7: error: "q" stands in this brief twice: as a field that must be there, and as one that may be absent.',
    ],
  },
  {
    mistake: 'an unknown context',
    files: edge('      when: w\n      context: none\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.context: expected full, narrated, brief or summary, found the text "none".',
    ],
  },
  {
    mistake: 'last without show',
    files: edge('      when: w\n      context: { last: 4 }\n'),
    problems: ['graphs/g.yaml:7: error: handoffs.a.b.context: "show" is missing.'],
  },
  {
    mistake: 'show misspelt',
    files: edge('      when: w\n      context: { shwo: full }\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.context: "show" is missing.',
      'graphs/g.yaml:7: error: "shwo" is not known here. Did you mean "show"?',
    ],
  },
  {
    mistake: 'last of nothing',
    files: edge('      when: w\n      context: { show: full, last: 0 }\n'),
    problems: ['graphs/g.yaml:7: error: handoffs.a.b.context.last: expected a number above 0.'],
  },
  {
    mistake: 'a return misspelt',
    files: edge('      when: w\n      return: caler\n'),
    problems: [
      'graphs/g.yaml:7: error: handoffs.a.b.return: expected stay, caller or start, found the text "caler". Did you mean "caller"?',
    ],
  },
  {
    mistake: 'the key return misspelt',
    files: edge('      when: w\n      retrun: caller\n'),
    problems: ['graphs/g.yaml:7: error: "retrun" is not known here. Did you mean "return"?'],
  },
  {
    mistake: 'a limit as a text',
    files: after('limits: { calls: "24" }\n'),
    problems: [
      'graphs/g.yaml:6: error: limits.calls: expected a number, found the text "24". Write it without quotes.',
    ],
  },
  {
    mistake: 'a limit as a word',
    files: after('limits: { calls: many }\n'),
    problems: ['graphs/g.yaml:6: error: limits.calls: expected a number, found the text "many".'],
  },
  {
    mistake: 'a limit of nothing',
    files: after('limits: { calls: 0 }\n'),
    problems: ['graphs/g.yaml:6: error: limits.calls: expected a number above 0.'],
  },
  {
    mistake: 'a limit in fractions',
    files: after('limits: { seconds: 1.5 }\n'),
    problems: ['graphs/g.yaml:6: error: limits.seconds: expected a whole number, found the number 1.5.'],
  },
  {
    mistake: 'limits as a list',
    files: after('limits:\n  - calls: 3\n'),
    problems: [
      'graphs/g.yaml:6: error: limits: expected a map, found a list. Write "name: value", without dashes or brackets.',
    ],
  },
  {
    mistake: 'an onLimit nobody knows',
    files: after('limits: { onLimit: z }\n'),
    problems: ['graphs/g.yaml:6: error: There is no agent in this graph "z". Did you mean "a"?'],
  },
  {
    mistake: 'onLimit in lower case',
    files: after('limits: { onlimit: a }\n'),
    problems: ['graphs/g.yaml:6: error: "onlimit" is not known here. Did you mean "onLimit"?'],
  },
  {
    mistake: 'a nextTurn misspelt',
    files: after('nextTurn: stick\n'),
    problems: [
      'graphs/g.yaml:6: error: nextTurn: expected start or sticky, found the text "stick". Did you mean "sticky"?',
    ],
  },
  {
    mistake: 'an approval of no tool',
    files: after('approve: [pay]\n'),
    problems: ['graphs/g.yaml:6: error: There is no tool "pay". There are none.'],
  },
  {
    mistake: 'approve as a text',
    files: after('approve: pay\n'),
    problems: [
      'graphs/g.yaml:6: error: approve: expected a list, found the text "pay". Write a list: [pay].',
    ],
  },
  {
    mistake: 'an approval of a tool that nobody here has',
    files: after('approve: [look_up]\n', { 'tools/look-up.ts': 'TOOL look_up' }),
    problems: [
      'graphs/g.yaml:6: warning: No agent of this graph has the tool "look_up".',
      'tools/look-up.ts:1: warning: No agent of any graph uses the tool "look_up".',
    ],
  },
  {
    mistake: 'an unknown guard',
    files: after('guards: [no_pii]\n'),
    problems: ['graphs/g.yaml:6: error: There is no guard "no_pii". There are none.'],
  },
  {
    mistake: 'an agent that nobody can leave',
    files: after('nextTurn: sticky\n'),
    problems: [
      'graphs/g.yaml:2: warning: With nextTurn: sticky, a conversation that comes to "b" stays there: it hands over to nobody.',
    ],
  },
  {
    mistake: 'a handoff back to whom it returns anyway',
    files: graph(
      'start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: { when: w, return: caller }\n  b:\n    a: it is done\n',
    ),
    problems: [
      'graphs/g.yaml:7: warning: "b" returns to "a" when it is done (return: caller): a handoff back begins the work anew, in a circle.',
    ],
  },
  {
    mistake: 'a return to a start that can only send back',
    files: graph('start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: { when: w, return: start }\n'),
    problems: ['graphs/g.yaml:5: warning: "b" always returns to "a", whose only handoff is to "b".'],
  },
  {
    mistake: 'an agent further away than a turn may go',
    files: graph(
      'start: a\nagents: [a, b, c]\nhandoffs:\n  a: { b: why }\n  b: { c: why }\nlimits: { handoffs: 1 }\n',
      { 'agents/c.md': '---\n---\nHi\n' },
    ),
    problems: [
      'graphs/g.yaml:6: warning: No turn comes to "c": it is 2 handoffs from "a", and a turn has 1.',
    ],
  },
  {
    mistake: 'an agent with a name of the machine',
    files: graph('start: tools\nagents: [tools]\n', {
      'agents/tools.md': '---\n---\nHi\n',
      'agents/a.md': undefined,
      'agents/b.md': undefined,
    }),
    problems: [`graphs/g.yaml:2: error: "tools" is a name of the machine's own: rename the agent.`],
  },
  {
    mistake: 'an agent with the name of a part of the state',
    files: graph('start: messages\nagents: [messages]\n', {
      'agents/messages.md': '---\n---\nHi\n',
      'agents/a.md': undefined,
      'agents/b.md': undefined,
    }),
    problems: [`graphs/g.yaml:2: error: "messages" is a name of the machine's own: rename the agent.`],
  },
  {
    mistake: 'two files of one name',
    files: after('', { 'graphs/g.yml': oneEdge }),
    problems: ['graphs/g.yml:1: error: There is another file of the name "g" here: a graph is one file.'],
  },
  {
    mistake: 'an ending in upper case',
    files: after('', { 'graphs/h.YAML': oneEdge }),
    problems: ['graphs/h.YAML:1: warning: It is not read: the file of a graph ends in .yaml.'],
  },
  {
    mistake: 'a graph with a blank in its name',
    files: after('', { 'graphs/my graph.yaml': oneEdge }),
    problems: [
      'graphs/my graph.yaml:1: error: "my graph" cannot be the name of a graph: a name begins with a letter and goes on with letters, digits, _ and -, at most 48.',
    ],
  },
  {
    mistake: 'a tool with the name of a handoff',
    files: after('', {
      'agents/a.md': '---\ntools: [transfer_to_b]\n---\nHi\n',
      'tools/t.ts': 'TOOL transfer_to_b',
    }),
    problems: [
      'graphs/g.yaml:5: error: "a" has a tool "transfer_to_b", which is the name of this handoff: rename the tool.',
    ],
  },
  {
    mistake: 'no graphs',
    files: { 'graphs/g.yaml': undefined, 'agents/a.md': undefined, 'agents/b.md': undefined },
    problems: ['graphs:1: error: There is no graph: the folder graphs/ has no .yaml file.'],
  },
  {
    mistake: 'an agent in no graph',
    files: after('', { 'agents/c.md': '---\n---\nHi\n' }),
    problems: ['agents/c.md:1: warning: No graph has the agent "c".'],
  },
  {
    mistake: 'a tool that nobody uses',
    files: after('', { 'tools/look-up.ts': 'TOOL look_up' }),
    problems: ['tools/look-up.ts:1: warning: No agent of any graph uses the tool "look_up".'],
  },
  {
    mistake: 'an agent that is called user',
    files: graph('start: user\nagents: [user]\n', {
      'agents/user.md': '---\n---\nHi\n',
      'agents/a.md': undefined,
      'agents/b.md': undefined,
    }),
    problems: [`graphs/g.yaml:2: error: "user" is a name of the machine's own: rename the agent.`],
  },
  {
    mistake: 'an agent with a slash in its name',
    files: graph('start: team/a\nagents: [team/a]\n', {
      'agents/team/a.md': '---\n---\nHi\n',
      'agents/a.md': undefined,
      'agents/b.md': undefined,
    }),
    problems: ['graphs/g.yaml:2: error: There is no agent file "team/a". There are none.'],
  },
  {
    mistake: 'several mistakes in several files',
    files: after('limits: { calls: 0 }\n', { 'agents/a.md': '---\nmodel: slow\ntool: []\n---\n' }),
    problems: [
      'agents/a.md:2: error: model: expected a role: fast or careful, found the text "slow".',
      'agents/a.md:3: error: "tool" is not known here. Did you mean "tools"?',
      'agents/a.md:5: error: The prompt is missing: say below the front matter who this agent is.',
      'graphs/g.yaml:6: error: limits.calls: expected a number above 0.',
    ],
  },
  {
    mistake: 'no front matter',
    files: alone('You help.\n'),
    problems: [
      'agents/a.md:1: error: An agent begins with front matter: a line of three dashes, YAML, three dashes; then the prompt.',
      seeA,
    ],
  },
  {
    mistake: 'an empty agent',
    files: alone(''),
    problems: [
      'agents/a.md:1: error: There is nothing in it. An agent begins with front matter: a line of three dashes, YAML, three dashes; then the prompt.',
      seeA,
    ],
  },
  {
    mistake: 'an agent of blank lines',
    files: alone('\n\n'),
    problems: [
      'agents/a.md:1: error: There is nothing in it. An agent begins with front matter: a line of three dashes, YAML, three dashes; then the prompt.',
      seeA,
    ],
  },
  {
    mistake: 'no prompt',
    files: alone('---\nmodel: fast\n---\n'),
    problems: [
      'agents/a.md:4: error: The prompt is missing: say below the front matter who this agent is.',
      seeA,
    ],
  },
  {
    mistake: 'four dashes',
    files: alone('----\nmodel: fast\n----\nHi\n'),
    problems: [
      'agents/a.md:1: error: Front matter stands between lines of exactly three dashes: this one is "----".',
      seeA,
    ],
  },
  {
    mistake: 'dashes that an editor made pretty',
    files: alone('—-\nmodel: fast\n---\nHi\n'),
    problems: [
      'agents/a.md:1: error: Front matter stands between lines of exactly three dashes: this one is "—-".',
      seeA,
    ],
  },
  {
    mistake: 'dashes behind a blank',
    files: alone('---\nmodel: fast\n ---\nHi\n'),
    problems: [
      'agents/a.md:3: error: Front matter stands between lines of exactly three dashes: this one is " ---".',
      seeA,
    ],
  },
  {
    mistake: 'front matter that does not end',
    files: alone('---\nmodel: fast\nYou help.\n'),
    problems: [
      'agents/a.md:1: error: The front matter that begins here does not end: write a line of three dashes above the prompt.',
      seeA,
    ],
  },
  {
    mistake: 'a blank line above the front matter',
    files: alone('\n---\nmodel: fast\n---\nHi\n'),
    problems: ['agents/a.md:2: error: Front matter begins in the first line: remove what is above it.', seeA],
  },
  {
    mistake: 'a heading above the front matter',
    files: alone('# Agent\n---\nmodel: fast\n---\nHi\n'),
    problems: [
      'agents/a.md:1: error: An agent begins with front matter: a line of three dashes, YAML, three dashes; then the prompt.',
      seeA,
    ],
  },
  {
    mistake: 'nothing: an agent written on Windows',
    files: alone('\uFEFF---\r\nmodel: fast\r\n---\r\nHi\r\n'),
    problems: [],
  },
  {
    mistake: 'nothing: a line of dashes in the prompt',
    files: alone('---\nmodel: fast\n---\nHi\n\n---\n\nMore\n'),
    problems: [],
  },
  {
    mistake: 'an unknown role',
    files: alone('---\nmodel: slow\n---\nHi\n'),
    problems: ['agents/a.md:2: error: model: expected a role: fast or careful, found the text "slow".', seeA],
  },
  {
    mistake: 'a model instead of a role',
    files: alone('---\nmodel: gpt-4.1\n---\nHi\n'),
    problems: [
      'agents/a.md:2: error: model: expected a role: fast or careful, found the text "gpt-4.1".',
      seeA,
    ],
  },
  {
    mistake: 'a role in upper case',
    files: alone('---\nmodel: Fast\n---\nHi\n'),
    problems: [
      'agents/a.md:2: error: model: expected a role: fast or careful, found the text "Fast". Did you mean "fast"?',
      seeA,
    ],
  },
  {
    mistake: 'tools as a text',
    files: alone('---\ntools: look_up\n---\nHi\n'),
    problems: [
      'agents/a.md:2: error: tools: expected a list, found the text "look_up". Write a list: [look_up].',
      seeA,
    ],
  },
  {
    mistake: 'an unknown tool',
    files: alone('---\ntools:\n  - serch\n---\nHi\n'),
    problems: ['agents/a.md:3: error: There is no tool "serch". There are none.'],
  },
  {
    mistake: 'a tool in upper case',
    files: alone('---\ntools: [Look_Up]\n---\nHi\n', { 'tools/look-up.ts': 'TOOL look_up' }),
    problems: [
      'agents/a.md:2: error: There is no tool "Look_Up". Did you mean "look_up"?',
      'tools/look-up.ts:1: warning: No agent of any graph uses the tool "look_up".',
    ],
  },
  {
    mistake: 'a misspelt key of an agent',
    files: alone('---\nexample: []\n---\nHi\n'),
    problems: ['agents/a.md:2: error: "example" is not known here. Did you mean "examples"?', seeA],
  },
  {
    mistake: 'the prompt as a key',
    files: alone('---\nprompt: You help\n---\nHi\n'),
    problems: ['agents/a.md:2: error: "prompt" is not known here. Known here: model, tools, examples.', seeA],
  },
  {
    mistake: 'tools that do not close',
    files: alone('---\nmodel: fast\ntools: [look_up\n---\nHi\n'),
    problems: ['agents/a.md:4: error: A list that begins with [ has no ] before here.', seeA],
  },
  {
    mistake: 'a tab in front matter',
    files: alone('---\nexamples:\n\t- ask: x\n---\nHi\n'),
    problems: ['agents/a.md:3: error: A tab stands where YAML wants blanks: indent with blanks.', seeA],
  },
  {
    mistake: 'a question with a colon',
    files: examples('  - ask: Question: how many?\n'),
    problems: [
      'agents/a.md:4: error: A colon and a blank begin a value inside this one: put the text in quotes.',
      seeA,
    ],
  },
  {
    mistake: 'an answer that begins with a slot',
    files: examples('  - ask: x\n    answer: {films} films are there\n'),
    problems: ['agents/a.md:5: error: A text cannot begin with { in YAML: put it in quotes.', seeA],
  },
  {
    mistake: 'an answer that is a slot',
    files: examples('  - ask: x\n    answer: {films}\n'),
    problems: [
      'agents/a.md:5: error: examples.0.answer: expected a text, found a map. Put a text with braces, brackets or colons in quotes.',
      seeA,
    ],
  },
  {
    mistake: 'an example without its question',
    files: examples('  - answer: x\n'),
    problems: ['agents/a.md:4: error: examples.0: "ask" is missing.', seeA],
  },
  {
    mistake: 'examples as a map',
    files: examples('  ask: x\n  answer: y\n'),
    problems: [
      'agents/a.md:3: error: examples: expected a list, found a map. Begin each entry with a dash.',
      seeA,
    ],
  },
  {
    mistake: 'calls as a map',
    files: examples('  - ask: x\n    calls: { look_up: {} }\n'),
    problems: [
      'agents/a.md:5: error: examples.0.calls: expected a list, found a map. Begin each entry with a dash.',
      seeA,
    ],
  },
  {
    mistake: 'two calls in one entry',
    files: examples('  - ask: x\n    calls: [{ a: {}, b: {} }]\n'),
    problems: [
      'agents/a.md:5: error: examples.0.calls.0: expected one key: { name: { field: value } }.',
      seeA,
    ],
  },
  {
    mistake: 'a call without arguments',
    files: examples('  - ask: x\n    calls: [look_up]\n'),
    problems: ['agents/a.md:5: error: examples.0.calls.0: expected a map, found the text "look_up".', seeA],
  },
  {
    mistake: 'arguments that are a text',
    files: examples('  - ask: x\n    calls: [{ look_up: now }]\n'),
    problems: [
      'agents/a.md:5: error: examples.0.calls.0.look_up: expected a map, found the text "now".',
      seeA,
    ],
  },
  {
    mistake: 'SQL without quotes',
    files: examples(
      '  - ask: x\n    calls: [{ look_up: { order: select a, b from c where d in (1, 2) } }]\n',
    ),
    problems: [
      'agents/a.md:5: warning: The call is cut at a comma, before "b from c where d in (1": put the text in quotes.',
    ],
  },
  {
    mistake: 'a call of a tool that the agent lacks',
    files: examples('  - ask: x\n    calls: [{ look: {} }]\n'),
    problems: ['agents/a.md:5: error: There is no tool of this agent "look". There are: look_up.'],
  },
  {
    mistake: 'an argument misspelt',
    files: examples('  - ask: x\n    calls: [{ look_up: { ordr: "1" } }]\n'),
    problems: [
      'agents/a.md:5: warning: The call has a field "ordr" that is not known. Did you mean "order"?',
    ],
  },
  {
    mistake: 'a slot misspelt in a call',
    files: examples('  - ask: Where is {order}?\n    calls: [{ look_up: { order: "{ordr}" } }]\n'),
    problems: ['agents/a.md:5: warning: The question has no slot "{ordr}". Did you mean "order"?'],
  },
  {
    mistake: 'a slot misspelt in an answer',
    files: examples('  - ask: Hello {name}\n    answer: "Hello {nam}"\n'),
    problems: ['agents/a.md:5: warning: The question has no slot "{nam}". Did you mean "name"?'],
  },
  {
    mistake: 'a question that stands twice',
    files: examples('  - ask: x\n    answer: y\n  - ask: x\n    answer: z\n'),
    problems: ['agents/a.md:6: warning: The same question stands at examples.0.'],
  },
  {
    mistake: 'an example that hands off to nobody',
    files: examples('  - ask: x\n    handoff: { c: {} }\n'),
    problems: ['agents/a.md:5: warning: There is no handoff of "a" to "c". There are none.'],
  },
  {
    mistake: 'a handoff without a brief',
    files: examples('  - ask: x\n    handoff: b\n'),
    problems: ['agents/a.md:5: error: examples.0.handoff: expected a map, found the text "b".', seeA],
  },
  {
    mistake: 'a brief that does not fit its edge',
    files: {
      'agents/a.md': '---\nexamples:\n  - ask: x\n    handoff: { b: { what: "x" } }\n---\nHi\n',
      'graphs/g.yaml':
        'start: a\nagents: [a, b]\nhandoffs: { a: { b: { when: w, brief: { question: string } } } }\n',
    },
    problems: [
      'agents/a.md:4: warning: The brief lacks "question".',
      'agents/a.md:4: warning: The brief has a field "what" that is not known. There are: question.',
    ],
  },
  {
    mistake: 'an agent with a blank in its name',
    files: after('', { 'agents/my agent.md': '---\n---\nHi\n' }),
    problems: [
      'agents/my agent.md:1: error: "my agent" cannot be the name of an agent: a name begins with a letter and goes on with letters, digits, _ and -, at most 48.',
    ],
  },
  {
    mistake: 'an agent with another ending',
    files: after('', { 'agents/c.markdown': '---\n---\nHi\n' }),
    problems: ['agents/c.markdown:1: warning: It is not read: the file of an agent ends in .md.'],
  },
  {
    mistake: 'a tool that is no TypeScript',
    files: after('', { 'tools/broken.ts': 'export const x = 1;\nexport const y = ;\n' }),
    problems: ['tools/broken.ts:2: error: It cannot be imported: …'],
  },
  {
    mistake: 'a file without a tool',
    files: after('', { 'tools/empty.ts': 'export const x = 1;\n' }),
    problems: [
      "tools/empty.ts:1: error: A tool's file exports one tool, made by defineTool; this one exports 0.",
    ],
  },
  {
    mistake: 'a tool that lacks what it needs',
    files: after('', {
      'tools/raw.ts': "export const tool = { name: 'x', description: '', parameters: {}, run() {} };\n",
    }),
    problems: [
      "tools/raw.ts:1: error: A tool's file exports one tool, made by defineTool; this one exports 0. What looks like one: description: say what it does: the model reads it; parameters: expected z.object({ … }).",
    ],
  },
  {
    mistake: 'a tool that imports what is not there',
    files: after('', { 'tools/lost.ts': "import { x } from './nowhere.ts';\nexport const tool = x;\n" }),
    problems: ['tools/lost.ts:1: error: It cannot be imported: …'],
  },
  {
    mistake: 'a tool that fails when it is imported',
    files: after('', { 'tools/throws.ts': "\nthrow new Error('no key');\n" }),
    problems: ['tools/throws.ts:2: error: It cannot be imported: no key'],
  },
  {
    mistake: 'two tools of one name',
    files: after('', {
      'agents/a.md': '---\ntools: [look_up]\n---\nHi\n',
      'tools/a.ts': 'TOOL look_up',
      'tools/b.ts': 'TOOL look_up',
    }),
    problems: ['tools/b.ts:1: error: A tool named "look_up" is already in tools/a.ts.'],
  },
];
