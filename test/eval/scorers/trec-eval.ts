/**
 * A part of the fixtures of NIST's trec_eval (github.com/usnistgov/trec_eval, folder `test`): the documents of topics 302 and 303 that
 * `qrels.test` judges as relevant, with the ranks at which `results.test` has them, and the figures of `out.test.aq` for each. Of topic
 * 301 there are the first ten ranks, and how many documents are relevant. No document has another grade than 0 and 1.
 */
export interface Topic {
  topic: number;
  /** Relevant documents by rank. */
  found: Record<number, string>;
  /** Relevant documents that were not found, or how many of them there are. */
  missed: string[] | number;
  /** How many ranks are known. */
  ranks: number;
  /** `recip_rank`, and by cut `recall` and `ndcg_cut`, rounded to four places. */
  reciprocalRank: number;
  recall: Record<number, number>;
  ndcg: Record<number, number>;
}

export const topics: Topic[] = [
  {
    topic: 301,
    found: { 6: 'FBIS3-20551', 7: 'FBIS3-20552' },
    missed: 472,
    ranks: 10,
    reciprocalRank: 0.1667,
    recall: { 5: 0, 10: 0.0042 },
    ndcg: { 5: 0, 10: 0.1518 },
  },
  {
    topic: 302,
    found: {
      1: 'FR940126-2-00106',
      2: 'FBIS4-67701',
      4: 'LA072890-0066',
      5: 'LA043090-0036',
      6: 'FR940620-2-00117',
      8: 'FBIS3-60404',
      9: 'LA082490-0065',
      11: 'FBIS4-45844',
      12: 'FBIS4-4241',
      13: 'FBIS3-60403',
      14: 'FBIS3-60405',
      15: 'FR940603-2-00060',
      16: 'FBIS3-60561',
      17: 'FBIS3-60562',
      18: 'LA100189-0047',
      19: 'FR940425-2-00078',
      21: 'LA090990-0031',
      22: 'FBIS4-22716',
      24: 'FR940425-2-00080',
      27: 'FBIS4-33435',
      28: 'FT931-7060',
      30: 'FR940425-2-00079',
      31: 'FBIS3-60450',
      34: 'FBIS3-22589',
      36: 'LA123090-0026',
      37: 'FT931-11085',
      39: 'FT932-4485',
      42: 'FT921-16061',
      43: 'LA031489-0032',
      44: 'FBIS4-30637',
      47: 'FT941-12410',
      48: 'FBIS3-22560',
      49: 'FBIS4-45613',
      50: 'FR940207-2-00089',
      51: 'FBIS4-67720',
      53: 'FBIS3-60510',
      56: 'FBIS3-60419',
      58: 'FT924-10652',
      72: 'FBIS4-67707',
      79: 'FBIS3-61373',
      82: 'FBIS3-60503',
      84: 'FT934-1206',
      116: 'FBIS4-38133',
      154: 'FBIS3-26593',
      289: 'FT944-2489',
      301: 'FBIS3-41724',
      331: 'FT944-2592',
      353: 'LA031190-0116',
      394: 'FBIS4-24438',
      458: 'FBIS3-22539',
    },
    missed: [
      ...['CR93E-2180', 'CR93E-2650', 'CR93E-3096', 'CR93E-3822', 'CR93E-5666', 'CR93E-5775', 'CR93E-6901'],
      ...['CR93E-7034', 'CR93E-9545', 'CR93H-13600', 'CR93H-15121', 'CR93H-15727', 'FBIS3-20548'],
      ...['FBIS3-41672', 'FBIS3-9904', 'FBIS4-2880', 'FBIS4-33063', 'FBIS4-5325', 'FBIS4-57220'],
      ...['FT921-14537', 'FT921-7765', 'LA010589-0059', 'LA012490-0111', 'LA012589-0035', 'LA061289-0041'],
      ...['LA080690-0099', 'LA121789-0162'],
    ],
    ranks: 500,
    reciprocalRank: 1,
    recall: {
      5: 0.0519,
      10: 0.0909,
      15: 0.1558,
      20: 0.2078,
      30: 0.2857,
      100: 0.5455,
      200: 0.5714,
      500: 0.6494,
    },
    ndcg: { 5: 0.8304, 10: 0.753, 15: 0.8085, 20: 0.8082, 30: 0.7604, 100: 0.6046, 200: 0.6209, 500: 0.6617 },
  },
  {
    topic: 303,
    found: {
      19: 'FT921-7107',
      37: 'LA110590-0076',
      41: 'FT944-128',
      43: 'FT931-6554',
      44: 'LA112190-0043',
      65: 'LA122990-0029',
      67: 'FT941-15661',
      89: 'FT924-286',
      99: 'FT941-17652',
      107: 'LA051290-0079',
    },
    missed: [],
    ranks: 500,
    reciprocalRank: 0.0526,
    recall: { 5: 0, 10: 0, 15: 0, 20: 0.1, 30: 0.1, 100: 0.9, 200: 1, 500: 1 },
    ndcg: { 5: 0, 10: 0, 15: 0, 20: 0.0509, 30: 0.0509, 100: 0.3537, 200: 0.3862, 500: 0.3862 },
  },
];
