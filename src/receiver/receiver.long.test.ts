// Whole transfers: pages in every order over every transport, and packed by every codec.
import { orders, packings, type Transfer, testPacked, testTransfers } from './fixtures/transfers.js';

const inOrders = Object.keys(orders) as Transfer[1][];
testTransfers((['tcp', 'unix'] as const).flatMap((transport) => inOrders.map((order): Transfer => [transport, order])));
testPacked(packings);
