// Who is listened to: bounds the requests of a network, of an appliance, and of a network that makes noise: messages that are none, or
// nobody's. Called by fleet-routes.ts before anything is passed on, and with what became of it. A network is an IPv4 address or an
// IPv6 /64. Appliances share theirs with whoever else is at their site: who has proved itself from there is not silenced by others.
import { networkOf } from '#commlink/network-of.ts';
import type { ApplianceRefusal } from '#commlink/methods/fleet-methods.ts';
import { PortalProblem } from '../portal-problem.ts';
import {
  beatCountWindowMs,
  beatsPerApplianceMax,
  countWindowMs,
  enrolmentsPerAddressMax,
  refusalsPerAddressMax,
  requestsPerAddressMax,
  requestsPerApplianceMax,
  retryAfterSeconds,
  usualBeatsShareMax,
} from './limits.ts';
import { ProvenSenders } from './proven-senders.ts';
import { RequestCounts } from './request-counts.ts';

/** Where a message came from, and whose it says that it is. */
export interface Sender {
  readonly address: string;
  /** Empty where it names nobody. */
  readonly uid: string;
}

/** What became of a message. */
export type Outcome =
  { readonly accepted: true } | { readonly accepted: false; readonly reason: ApplianceRefusal };

/** What is turned away for these reasons is noise, or costs as much; the other ones meet honest appliances too. */
const noise: readonly ApplianceRefusal[] = ['malformed', 'unknown', 'signature', 'code', 'fault'];

/** The gate. */
export class FleetGate {
  readonly #byNetwork = new RequestCounts(requestsPerAddressMax, countWindowMs);
  readonly #byAppliance = new RequestCounts(requestsPerApplianceMax, countWindowMs);
  readonly #beats = new RequestCounts(beatsPerApplianceMax, beatCountWindowMs);
  readonly #enrolments = new RequestCounts(enrolmentsPerAddressMax, countWindowMs);
  /** By network, and of proven senders each by itself. */
  readonly #noise = new RequestCounts(refusalsPerAddressMax, countWindowMs);
  readonly #proven = new ProvenSenders();

  /** Lets a request in. Throws PortalProblem `rate_limited`. */
  admit({ address, uid }: Sender): void {
    const network = networkOf(address);
    const isSpent =
      this.#noise.isSpent(this.#noiseOf({ address, uid })) ||
      this.#byNetwork.isSpent(network) ||
      this.#byAppliance.isSpent(uid);
    if (isSpent) throw tooMany();
    this.#byNetwork.count(network);
  }

  /** Lets a beat in that `admit` has let in. `intervalMs`: how often appliances are to beat. Throws PortalProblem `rate_limited`. */
  admitBeat(uid: string, intervalMs: number): void {
    const usualCount = beatCountWindowMs / intervalMs;
    const countMax = Math.max(beatsPerApplianceMax, Math.ceil(usualBeatsShareMax * usualCount));
    if (this.#beats.isSpent(uid, countMax)) throw tooMany();
  }

  /** Lets an enrolment in. Throws PortalProblem `rate_limited`. */
  admitEnrolment(address: string): void {
    const network = networkOf(address);
    if (this.#enrolments.isSpent(network) || this.#noise.isSpent(network)) throw tooMany();
    this.#enrolments.count(network);
  }

  /** Notes what became of a request. Who is told that there is nothing for it has proved itself, too. */
  note(sender: Sender, answer: Outcome): void {
    if (answer.accepted || answer.reason === 'no_catalog') {
      this.#byAppliance.count(sender.uid);
      this.#proven.note(senderKey(networkOf(sender.address), sender.uid));
    } else if (noise.includes(answer.reason)) this.#noise.count(this.#noiseOf(sender));
  }

  /** Notes that a beat was taken. */
  noteBeat(uid: string): void {
    this.#beats.count(uid);
  }

  /** Whose noise it is. */
  #noiseOf({ address, uid }: Sender): string {
    const network = networkOf(address);
    const key = senderKey(network, uid);
    return this.#proven.has(key) ? key : network;
  }
}

function senderKey(network: string, uid: string): string {
  return `${network} ${uid}`;
}

function tooMany(): PortalProblem {
  return new PortalProblem('rate_limited', 'Too many requests came from this appliance or its address.', {
    retryAfterSeconds,
  });
}
