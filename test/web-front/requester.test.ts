// What a customer is told of who asked for a delivery: users by name, nobody of the vendor's, and the account's own appliances.
import t from 'tap';
import { fleetRequester } from '#commlink/methods/delivery-methods.ts';
import { nameRequester } from '#web-front/delivery/requester.ts';

const words = { vendor: 'your vendor', appliances: 'your appliances' };
for (const [requestedBy, shown] of [
  ['user:ada', 'ada'],
  ['staff:grace', 'your vendor'],
  ['cli:root', 'your vendor'],
  [fleetRequester, 'your appliances'],
  ['fleet:other', 'your vendor'],
] as const)
  t.test(requestedBy, async (t) => {
    t.equal(nameRequester(requestedBy, words), shown);
  });
