// A web-front that keeps logins back is no reason to decide them alone: only a long silence is, or that no web-front is linked.
import t from 'tap';
import { InternalDbSilence } from '#ftp-node/internal-db-silence.ts';
import { silenceMsMin } from '#ftp-node/limits.ts';

t.test(
  'the silence begins with a login that nobody answered, and ends with what internal-db signed',
  async (t) => {
    let nowMs = 5;
    let isLinked = true;
    let isSigned = false;
    const silence = new InternalDbSilence({ isLinked: () => isLinked, now: () => nowMs });
    const verifier = silence.listen({ verify: () => (isSigned ? ({} as never) : null) });
    nowMs += silenceMsMin;
    t.notOk(silence.unanswered(), 'what was not asked was not silence');
    nowMs += silenceMsMin - 1;
    verifier.verify('login-answer', 'by nobody');
    t.notOk(silence.unanswered());
    nowMs += 1;
    t.ok(silence.unanswered());
    isSigned = true;
    verifier.verify('login-answer', 'by internal-db');
    t.notOk(silence.unanswered());
    isLinked = false;
    t.ok(silence.unanswered(), 'where no web-front is linked, none keeps anything back');
  },
);
