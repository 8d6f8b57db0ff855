import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { judgeAnswer } from '../../../src/ocsp/answer.ts';
import { questionFor, type StatusQuestion } from '../../../src/ocsp/question.ts';
import { type AnswerOptions, aboutAnother, type Issued, TestResponder } from './responder.ts';

const nowMs = Date.UTC(2026, 0, 15);
const hourMs = 3600 * 1000;
const url = 'http://ocsp.example.com/path';

let responder: TestResponder;
let leaf: Issued;
let question: StatusQuestion;
/** Charged with signing answers. */
let delegate: Issued;

before(async () => {
  responder = await TestResponder.create(nowMs);
  leaf = await responder.issue({ url });
  delegate = await responder.issue({ usage: '1.3.6.1.5.5.7.3.9' });
  const asked = await questionFor(`${leaf.pem}\n${responder.ca.pem}`);
  assert.ok(typeof asked !== 'string', String(asked));
  question = asked;
});

async function judged(as: AnswerOptions = {}): Promise<unknown> {
  return judgeAnswer(await responder.answer(question.body, as), question, nowMs);
}

test('the question names the responder of the certificate', () => {
  assert.equal(question.url, url);
});

test('a certificate without its issuer, or without a responder, gives no question', async () => {
  assert.match(String(await questionFor(leaf.pem)), /no certificate of its issuer/);
  const silent = await responder.issue();
  assert.match(String(await questionFor(`${silent.pem}\n${responder.ca.pem}`)), /names no OCSP responder/);
  const other = await TestResponder.create(nowMs);
  const stranger = `${leaf.pem}\n${(await other.issue()).pem}`;
  assert.match(String(await questionFor(stranger)), /did not issue it/);
});

test('a good answer of the issuer holds until its next update', async () => {
  assert.deepEqual(await judged({ untilMs: 5 * hourMs }), { nextUpdateMs: nowMs + 5 * hourMs });
});

test('whom the issuer has charged with it may sign', async () => {
  assert.deepEqual(await judged({ signer: delegate, untilMs: hourMs }), { nextUpdateMs: nowMs + hourMs });
});

test('what must not be stapled is told', async () => {
  const plain = await responder.issue();
  const stranger = (await TestResponder.create(nowMs)).ca;
  const cases: readonly [AnswerOptions, RegExp][] = [
    [{ status: 'revoked' }, /revoked/],
    [{ status: 'unknown' }, /does not know/],
    [{ forged: true }, /not signed/],
    [{ signer: plain }, /not signed/],
    [{ signer: stranger }, /not signed/],
    [{ about: aboutAnother() }, /another certificate/],
    [{ fromMs: hourMs }, /future/],
    [{ untilMs: -1000 }, /out of date/],
  ];
  for (const [as, reason] of cases) assert.match(String(await judged(as)), reason);
});

test('bytes that are no answer are told, whatever they are', async () => {
  const whole = await responder.answer(question.body);
  for (let length = 0; length < whole.length; length += 7) {
    assert.equal(await judgeAnswer(whole.subarray(0, length), question, nowMs), 'the answer cannot be read');
  }
});
