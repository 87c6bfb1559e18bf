/* Which promotions a basket has, and what each takes off which line: the same rules as the server's, so that a till can price a basket
   by itself. Integers only; products that may pass 2^53 are reckoned as bigint. Times are moments in milliseconds. */

export interface Scope {
  variants: string[];
  items: string[];
  categories: string[];
  except_variants: string[];
  except_items: string[];
  except_categories: string[];
}

export type Simple =
  | { kind: "percent"; ppm: number }
  | { kind: "amount"; amount: number }
  | { kind: "fixed_price"; amount: number };

export type Benefit =
  | Simple
  | { kind: "tiers"; by: "quantity" | "amount"; tiers: { at_least: number; benefit: Simple }[] }
  | { kind: "buy_get"; buy: number; get: number; ppm: number; of: Scope | null; takes: "cheapest" | "dearest" }
  | { kind: "bundle"; parts: { scope: Scope; quantity: number }[]; amount: number }
  | { kind: "gift"; variant_id: string; quantity: number }
  | { kind: "order_percent"; ppm: number }
  | { kind: "order_amount"; amount: number }
  | { kind: "carriage"; ppm: number; amount: number | null; methods: string[] };

export interface Rule {
  code: string;
  benefit: Benefit;
  scope: Scope;
  conditions: {
    channels: string[];
    locations: string[];
    segments: string[];
    companies: string[];
    starts_at: string | null;
    ends_before: string | null;
    windows: { starts: number; ends_before: number }[];
  };
  minimum: { amount: number; quantity: number; scope: Scope | null } | null;
  caps: {
    uses: number | null;
    uses_per_customer: number | null;
    budget: number | null;
    sets_per_basket: number | null;
    discount_per_basket: number | null;
  };
  stacking: "best" | "adds" | "alone";
  group: string;
  priority: number;
  needs_code: boolean;
}

export interface Goods {
  variant_id: string;
  item_id: string;
  categories: string[];
  quantity: number;
  scale: number;
  unit_price: number;
  amount: number;
}

export interface Left {
  uses: number | null;
  uses_of_customer: number | null;
  budget: number | null;
}

export interface Basket {
  goods: Goods[];
  asking: {
    at: string;
    minute_of_week: number;
    channel: string;
    channel_kind: string;
    location: string;
    segments: string[];
    company: string;
  };
  known: boolean;
  unlocked: string[];
  left: Record<string, Left>;
  carriage: number;
  methods: string[];
}

export interface Taken {
  code: string;
  line: number;
  quantity: number;
  amount: number;
  level: "item" | "order";
  spread: "each" | "across";
}

export interface Declined {
  code: string;
  why: string;
  missing: number;
}

export interface Outcome {
  taken: Taken[];
  carriage_off: number;
  carriage_code: string;
  offered: { code: string; variant_id: string; quantity: number; title: string }[];
  declined: Declined[];
  exact: boolean;
}

const PPM = 1_000_000;
const SETS_MAX = 1_000;
const COMPETING_MAX = 5;
const GROUPINGS_MAX = 64;
const ALONE_MAX = 50;

/** So many millionths of an amount, half up. */
function share(amount: number, ppm: number): number {
  return Number((2n * BigInt(amount) * BigInt(ppm) + BigInt(PPM)) / (2n * BigInt(PPM)));
}

/** `each` for every whole unit of a quantity in steps of 10^-scale, half up. */
function ofUnits(each: number, quantity: number, scale: number): number {
  const whole = 10n ** BigInt(scale);
  return Number((2n * BigInt(each) * BigInt(quantity) + whole) / (2n * whole));
}

/** Shares of `amount` by weight that add up to it: the largest remainders get the rest, earlier shares first among equals. */
function split(amount: number, weights: number[]): number[] {
  let parts = weights.map(BigInt);
  let total = parts.reduce((sum, one) => sum + one, 0n);
  if (total === 0n) {
    parts = parts.map(() => 1n);
    total = BigInt(parts.length);
  }
  const size = BigInt(amount);
  const shares = parts.map((one) => (size * one) / total);
  const rest = Number(size - shares.reduce((sum, one) => sum + one, 0n));
  const remainders = parts.map((one, i) => ({ i, left: (size * one) % total }));
  remainders.sort((a, b) => (a.left === b.left ? a.i - b.i : a.left > b.left ? -1 : 1));
  for (const one of remainders.slice(0, rest)) shares[one.i]! += 1n;
  return shares.map(Number);
}

const sum = (values: number[]): number => values.reduce((total, one) => total + one, 0);
const units = (one: Goods): number => (one.scale === 0 ? one.quantity : 1);
const everything = (scope: Scope): boolean => !scope.variants.length && !scope.items.length && !scope.categories.length;

function names(goods: Goods, variants: string[], items: string[], categories: string[]): boolean {
  return (
    variants.includes(goods.variant_id) ||
    items.includes(goods.item_id) ||
    goods.categories.some((one) => categories.includes(one))
  );
}

/** The lines that a scope covers, in their order. */
function find(scope: Scope, goods: Goods[]): number[] {
  const found: number[] = [];
  goods.forEach((one, i) => {
    const covered = everything(scope) || names(one, scope.variants, scope.items, scope.categories);
    if (covered && !names(one, scope.except_variants, scope.except_items, scope.except_categories)) found.push(i);
  });
  return found;
}

interface Match {
  rule: Rule;
  rank: number;
  lines: number[];
  simple: Simple | null;
  parts: number[][];
}

const isSet = (benefit: Benefit): boolean => ["buy_get", "bundle", "gift"].includes(benefit.kind);
const ofOrder = (one: Match): boolean => one.rule.benefit.kind.startsWith("order_");

function unmet(rule: Rule, basket: Basket): string | null {
  const { conditions } = rule;
  const { asking } = basket;
  const at = Date.parse(asking.at);
  if (conditions.starts_at !== null && at < Date.parse(conditions.starts_at)) return "not_yet";
  if (conditions.ends_before !== null && at >= Date.parse(conditions.ends_before)) return "over";
  const minute = asking.minute_of_week;
  if (conditions.windows.length && !conditions.windows.some((one) => one.starts <= minute && minute < one.ends_before))
    return "other_time";
  const channels = conditions.channels;
  if (channels.length && !channels.includes(asking.channel) && !channels.includes(asking.channel_kind)) return "other_channel";
  if (conditions.locations.length && !conditions.locations.includes(asking.location)) return "other_place";
  if (conditions.segments.length && !conditions.segments.some((one) => asking.segments.includes(one))) return "other_customers";
  if (conditions.companies.length && !conditions.companies.includes(asking.company)) return "other_customers";
  return null;
}

function usedUp(rule: Rule, basket: Basket): string | null {
  if (rule.caps.uses_per_customer !== null && !basket.known) return "needs_customer";
  const left = basket.left[rule.code];
  if (!left) return null;
  if ((left.uses !== null && left.uses < 1) || (left.budget !== null && left.budget < 1)) return "used_up";
  return left.uses_of_customer !== null && left.uses_of_customer < 1 ? "used_by_her" : null;
}

function shortOfMinimum(rule: Rule, basket: Basket, lines: number[]): number {
  const minimum = rule.minimum!;
  const benefit = rule.benefit;
  const goods = basket.goods;
  let counted = minimum.scope === null ? lines : find(minimum.scope, goods);
  if (benefit.kind === "gift") counted = counted.filter((i) => goods[i]!.variant_id !== benefit.variant_id);
  const amount = minimum.amount - sum(counted.map((i) => goods[i]!.amount));
  if (minimum.amount && amount > 0) return amount;
  const quantity = minimum.quantity - sum(counted.map((i) => units(goods[i]!)));
  return minimum.quantity && quantity > 0 ? quantity : 0;
}

function match(rule: Rule, rank: number, basket: Basket): Match | Declined {
  const declined = (why: string, missing = 0): Declined => ({ code: rule.code, why, missing });
  const why = unmet(rule, basket);
  if (why) return declined(why);
  if (rule.needs_code && !basket.unlocked.includes(rule.code)) return declined("needs_code");
  const used = usedUp(rule, basket);
  if (used) return declined(used);
  const { benefit } = rule;
  const { goods } = basket;
  const lines = find(rule.scope, goods);
  if (!lines.length && !["bundle", "gift", "carriage"].includes(benefit.kind)) return declined("no_goods");
  if (benefit.kind === "carriage") {
    const methods = benefit.methods;
    if (!basket.carriage || (methods.length && !basket.methods.some((one) => methods.includes(one)))) return declined("no_goods");
  }
  if (rule.minimum !== null) {
    const missing = shortOfMinimum(rule, basket, lines);
    if (missing) return declined("minimum", missing);
  }
  if (isSet(benefit)) {
    const parts = partsOf(rule, goods, lines);
    if (benefit.kind !== "gift" && parts.some((one) => !one.length)) return declined("set_incomplete");
    return { rule, rank, lines: [...new Set(parts.flat())].sort((a, b) => a - b), simple: null, parts };
  }
  if (benefit.kind === "order_percent" || benefit.kind === "order_amount" || benefit.kind === "carriage")
    return { rule, rank, lines, simple: null, parts: [] };
  const simple = benefit.kind === "tiers" ? reached(benefit, goods, lines) : (benefit as Simple);
  return simple === null ? declined("minimum") : { rule, rank, lines, simple, parts: [lines] };
}

function partsOf(rule: Rule, goods: Goods[], lines: number[]): number[][] {
  const { benefit } = rule;
  let parts: number[][] = [];
  if (benefit.kind === "bundle") parts = benefit.parts.map((one) => find(one.scope, goods));
  if (benefit.kind === "gift") parts = [lines.length ? goods.flatMap((one, i) => (one.variant_id === benefit.variant_id ? [i] : [])) : []];
  if (benefit.kind === "buy_get") parts = [lines, ...(benefit.of === null ? [] : [find(benefit.of, goods)])];
  return parts.map((one) =>
    one.filter((i) => goods[i]!.scale === 0).sort((a, b) => goods[b]!.unit_price - goods[a]!.unit_price || a - b),
  );
}

function reached(benefit: Extract<Benefit, { kind: "tiers" }>, goods: Goods[], lines: number[]): Simple | null {
  const have = sum(lines.map((i) => (benefit.by === "quantity" ? units(goods[i]!) : goods[i]!.amount)));
  let found: Simple | null = null;
  for (const tier of benefit.tiers) if (have >= tier.at_least) found = tier.benefit;
  return found;
}

function offLine(benefit: Simple, goods: Goods, quantity: number): number {
  const part = quantity === goods.quantity ? goods.amount : goods.unit_price * quantity;
  if (benefit.kind === "percent") return share(part, benefit.ppm);
  const each =
    benefit.kind === "amount" ? Math.min(benefit.amount, goods.unit_price) : Math.max(0, goods.unit_price - benefit.amount);
  return Math.min(part, ofUnits(each, quantity, goods.scale));
}

interface Use {
  line: number;
  units: number;
  off: number;
}

interface Sets {
  uses: Use[];
  off: number;
  spread: "each" | "across";
}

interface Run {
  price: number;
  line: number;
  units: number;
}

function makeSets(one: Match, goods: Goods[], left: number[]): Sets | null {
  const { benefit, caps } = one.rule;
  const most = Math.min(caps.sets_per_basket ?? SETS_MAX, SETS_MAX);
  const runs = (lines: number[]): Run[] =>
    lines.filter((i) => left[i]).map((i) => ({ price: goods[i]!.unit_price, line: i, units: left[i]! }));
  let made: Sets | null;
  if (benefit.kind === "buy_get")
    made =
      benefit.of === null
        ? moreOfTheSame(benefit, runs(one.parts[0]!), most)
        : somethingElse(benefit, runs(one.parts[0]!), runs(one.parts[1]!), most);
  else if (benefit.kind === "bundle") made = bundles(benefit, one.parts.map(runs), most);
  else if (benefit.kind === "gift") made = gift(benefit.quantity, runs(one.parts[0]!));
  else made = one.simple === null ? null : capped(one.simple, one.parts[0]!, goods, left);
  if (made === null || made.off <= 0) return null;
  const cap = caps.discount_per_basket;
  if (cap === null || made.off <= cap) return made;
  const weights = made.uses.map((use) => (made.spread === "each" ? use.off : goods[use.line]!.unit_price * use.units));
  return shared(made.uses, cap, weights);
}

function shared(uses: Use[], off: number, weights: number[]): Sets {
  const shares = split(off, weights);
  return { uses: uses.map((one, i) => ({ ...one, off: shares[i]! })), off, spread: "across" };
}

function moreOfTheSame(benefit: Extract<Benefit, { kind: "buy_get" }>, runs: Run[], most: number): Sets | null {
  const together = benefit.buy + benefit.get;
  const wanted = Math.min(Math.floor(sum(runs.map((one) => one.units)) / together), most) * together;
  let [at, off, got] = [0, 0, 0];
  const used: Run[] = [];
  for (const one of runs) {
    const taken = Math.min(one.units, wanted - at);
    if (taken <= 0) break;
    at += taken;
    const then = Math.floor(at / together) * benefit.get + Math.max(0, (at % together) - benefit.buy);
    if (then > got) {
      off += (then - got) * share(one.price, benefit.ppm);
      got = then;
    }
    used.push({ ...one, units: taken });
  }
  if (!off) return null;
  return shared(
    used.map((one) => ({ line: one.line, units: one.units, off: 0 })),
    off,
    used.map((one) => one.price * one.units),
  );
}

/** Units by line, from the first run on, without those taken already; null where there are too few. */
function take(runs: Run[], wanted: number, besides: Map<number, number> | null = null): Map<number, number> | null {
  const taken = new Map<number, number>();
  for (const one of runs) {
    if (!wanted) break;
    const part = Math.min(one.units - (besides?.get(one.line) ?? 0), wanted);
    if (part > 0) {
      taken.set(one.line, part);
      wanted -= part;
    }
  }
  return wanted ? null : taken;
}

function somethingElse(benefit: Extract<Benefit, { kind: "buy_get" }>, paying: Run[], given: Run[], most: number): Sets | null {
  const bought = [...paying].reverse();
  const got = benefit.takes === "cheapest" ? [...given].reverse() : given;
  const inAll = sum(got.map((one) => one.units));
  let low = 0;
  let high = Math.min(most, Math.ceil(inAll / benefit.get), Math.floor(sum(bought.map((one) => one.units)) / benefit.buy));
  while (low < high) {
    const sets = Math.floor((low + high + 1) / 2);
    if (take(bought, sets * benefit.buy, take(got, Math.min(inAll, sets * benefit.get))) === null) high = sets - 1;
    else low = sets;
  }
  const free = low ? take(got, Math.min(inAll, low * benefit.get)) : null;
  if (!free?.size) return null;
  const paid = take(bought, low * benefit.buy, free) ?? new Map<number, number>();
  const prices = new Map([...paying, ...given].map((one) => [one.line, one.price]));
  const lines = [...new Set([...free.keys(), ...paid.keys()])].sort((a, b) => a - b);
  const uses = lines.map((line) => ({
    line,
    units: (free.get(line) ?? 0) + (paid.get(line) ?? 0),
    off: (free.get(line) ?? 0) * share(prices.get(line)!, benefit.ppm),
  }));
  return { uses, off: sum(uses.map((one) => one.off)), spread: "each" };
}

function bundles(benefit: Extract<Benefit, { kind: "bundle" }>, parts: Run[][], most: number): Sets | null {
  const left = new Map(parts.flat().map((one) => [one.line, one.units]));
  const prices = new Map(parts.flat().map((one) => [one.line, one.price]));
  const used = new Map<number, number>();
  let off = 0;
  for (let i = 0; i < most; i += 1) {
    const set = oneSet(benefit, parts, left);
    if (set === null) break;
    const worth = sum([...set].map(([line, count]) => prices.get(line)! * count));
    if (worth <= benefit.amount) break;
    off += worth - benefit.amount;
    for (const [line, count] of set) {
      left.set(line, left.get(line)! - count);
      used.set(line, (used.get(line) ?? 0) + count);
    }
  }
  if (!used.size) return null;
  const lines = [...used.keys()].sort((a, b) => a - b);
  return shared(
    lines.map((line) => ({ line, units: used.get(line)!, off: 0 })),
    off,
    lines.map((line) => prices.get(line)! * used.get(line)!),
  );
}

function oneSet(benefit: Extract<Benefit, { kind: "bundle" }>, parts: Run[][], left: Map<number, number>): Map<number, number> | null {
  const taken = new Map<number, number>();
  for (const [i, part] of benefit.parts.entries()) {
    let wanted = part.quantity;
    for (const one of parts[i]!) {
      const count = Math.min(left.get(one.line)! - (taken.get(one.line) ?? 0), wanted);
      if (count > 0) {
        taken.set(one.line, (taken.get(one.line) ?? 0) + count);
        wanted -= count;
      }
      if (!wanted) break;
    }
    if (wanted) return null;
  }
  return taken;
}

function gift(wanted: number, runs: Run[]): Sets | null {
  const uses: Use[] = [];
  for (const one of runs) {
    const count = Math.min(one.units, wanted);
    if (count) uses.push({ line: one.line, units: count, off: one.price * count });
    wanted -= count;
  }
  return uses.length ? { uses, off: sum(uses.map((one) => one.off)), spread: "each" } : null;
}

function capped(simple: Simple, lines: number[], goods: Goods[], left: number[]): Sets | null {
  const uses = lines
    .filter((i) => left[i])
    .map((i) => ({ line: i, units: left[i]!, off: offLine(simple, goods[i]!, left[i]!) }))
    .filter((one) => one.off);
  return uses.length ? { uses, off: sum(uses.map((one) => one.off)), spread: "each" } : null;
}

/** What the promotions take off a basket; with `explain`, why it does not have each of the others. */
export function evaluate(rules: Rule[], basket: Basket, explain = false): Outcome {
  const ordered = [...rules].sort((a, b) => a.priority - b.priority || (a.code < b.code ? -1 : 1));
  const matches: Match[] = [];
  const declined: Declined[] = [];
  ordered.forEach((rule, rank) => {
    const found = match(rule, rank, basket);
    if ("why" in found) {
      if (explain) declined.push(found);
    } else matches.push(found);
  });
  const best = bestOf(bestOfAlike(matches), basket);
  for (const one of matches) {
    const benefit = one.rule.benefit;
    if (benefit.kind !== "gift") continue;
    const missing = benefit.quantity - sum(one.lines.map((i) => basket.goods[i]!.quantity));
    if (missing > 0) best.offered.push({ code: one.rule.code, variant_id: benefit.variant_id, quantity: missing, title: "" });
  }
  if (explain) best.declined = [...declined, ...notChosen(matches, best, basket.goods)];
  return best;
}

const nothing = (): Outcome => ({ taken: [], carriage_off: 0, carriage_code: "", offered: [], declined: [], exact: true });
const totalOf = (one: Outcome): number => sum(one.taken.map((each) => each.amount)) + one.carriage_off;

const kindOf = (one: Match): Benefit => one.simple ?? one.rule.benefit;
const COMPARABLE = ["percent", "amount", "fixed_price", "order_percent", "order_amount"];

/** Than one of the same kind, for the same units. */
function better(one: Match, other: Match): boolean {
  const [mine, its] = [kindOf(one), kindOf(other)] as { kind: string; ppm: number; amount: number }[];
  if (mine!.kind.endsWith("percent")) return mine!.ppm > its!.ppm;
  return mine!.kind === "fixed_price" ? mine!.amount < its!.amount : mine!.amount > its!.amount;
}

function bestOfAlike(matches: Match[]): Match[] {
  const kept = new Map<string, Match>();
  const others: Match[] = [];
  for (const one of matches) {
    const { rule } = one;
    const { caps } = rule;
    const { kind } = kindOf(one);
    const limited = caps.uses !== null || caps.uses_per_customer !== null || caps.budget !== null;
    if (!COMPARABLE.includes(kind) || limited || rule.group || caps.discount_per_basket !== null || rule.stacking === "adds") {
      others.push(one);
      continue;
    }
    const key = `${kind} ${rule.stacking} ${one.lines.join(",")}`;
    const before = kept.get(key);
    if (!before || better(one, before)) kept.set(key, one);
  }
  return [...others, ...kept.values()].sort((a, b) => a.rank - b.rank);
}

function bestOf(matches: Match[], basket: Basket): Outcome {
  const together = matches.filter((one) => one.rule.stacking !== "alone");
  const alone = matches.filter((one) => one.rule.stacking === "alone");
  const { ways, all } = groupings(together);
  let best = nothing();
  let exact = alone.length <= ALONE_MAX && all;
  for (const choice of [...ways, ...alone.slice(0, ALONE_MAX).map((one) => [one])]) {
    const found = withinBudgets(choice, basket);
    exact &&= found.exact;
    if (totalOf(found) > totalOf(best)) best = found;
  }
  return { ...best, exact };
}

function groupings(matches: Match[]): { ways: Match[][]; all: boolean } {
  const byName = new Map<string, Match[]>();
  for (const one of matches) if (one.rule.group) byName.set(one.rule.group, [...(byName.get(one.rule.group) ?? []), one]);
  const groups = [...byName.keys()]
    .sort()
    .map((name) => byName.get(name)!)
    .filter((one) => one.length > 1);
  if (!groups.length) return { ways: matches.length ? [matches] : [], all: true };
  const free = matches.filter((one) => !groups.some((group) => group.includes(one)));
  const count = groups.reduce((product, one) => product * one.length, 1);
  const ways: Match[][] = [];
  for (let i = 0; i < Math.min(count, GROUPINGS_MAX); i += 1) {
    let rest = i;
    const picked: Match[] = [];
    for (const group of [...groups].reverse()) {
      picked.push(group[rest % group.length]!);
      rest = Math.floor(rest / group.length);
    }
    ways.push([...free, ...picked].sort((a, b) => a.rank - b.rank));
  }
  return { ways, all: count <= GROUPINGS_MAX };
}

function tooDear(one: Match, off: number, basket: Basket): boolean {
  const budget = basket.left[one.rule.code]?.budget ?? null;
  return budget !== null && off > budget;
}

function withinBudgets(matches: Match[], basket: Basket): Outcome {
  for (;;) {
    const found = settle(matches, basket);
    const spent = (code: string): number =>
      sum(found.taken.filter((one) => one.code === code).map((one) => one.amount)) +
      (found.carriage_code === code ? found.carriage_off : 0);
    const dear = matches.filter((one) => tooDear(one, spent(one.rule.code), basket));
    if (!dear.length) return found;
    matches = matches.filter((one) => one !== dear[dear.length - 1]);
  }
}

/** One set of promotions that may go together, worked out on one basket. */
function settle(matches: Match[], basket: Basket): Outcome {
  const { goods } = basket;
  const sets: Match[] = [];
  const order: Match[] = [];
  const carriage: Match[] = [];
  const singles = new Map<number, Match[]>();
  const adds = new Map<number, Match[]>();
  for (const one of matches) {
    if (one.rule.benefit.kind === "carriage") carriage.push(one);
    else if (ofOrder(one)) order.push(one);
    else if (one.simple === null || one.rule.caps.discount_per_basket !== null) sets.push(one);
    else {
      const byLine = one.rule.stacking === "adds" ? adds : singles;
      for (const i of one.lines) byLine.set(i, [...(byLine.get(i) ?? []), one]);
    }
  }
  for (const [i, ones] of singles) singles.set(i, bestOfEachKind(ones));

  const single = (line: number, left: number): [Match | null, number] => {
    let [best, most]: [Match | null, number] = [null, 0];
    if (!left) return [best, most];
    for (const one of singles.get(line) ?? []) {
      const off = offLine(one.simple!, goods[line]!, left);
      if (off > most || (off === most && best !== null && one.rank < best.rank)) [best, most] = [one, off];
    }
    return [best, most];
  };
  const added = (line: number, off: number): [Match, number][] => {
    const found: [Match, number][] = [];
    for (const one of adds.get(line) ?? []) {
      const rest = goods[line]!.amount - off;
      const simple = one.simple!;
      const more =
        simple.kind === "percent" ? share(rest, simple.ppm) : Math.min(rest, offLine(simple, goods[line]!, goods[line]!.quantity));
      if (more) found.push([one, more]);
      off += more;
    }
    return found;
  };
  const worth = (lines: number[], left: number[], off: number[]): number =>
    sum(
      lines.map((i) => {
        const own = off[i]! + single(i, left[i]!)[1];
        return own + sum(added(i, own).map(([, more]) => more));
      }),
    );
  const affordable = (one: Match, left: number[]): Sets | null => {
    const made = makeSets(one, goods, left);
    return made === null || tooDear(one, made.off, basket) ? null : made;
  };

  const left = goods.map((one) => one.quantity);
  const off = goods.map(() => 0);
  const taken: Taken[] = [];
  let exact = true;
  const made: [Match, Sets][] = [];
  for (const competing of apart(sets)) {
    if (competing.length > COMPETING_MAX) exact = false;
    made.push(
      ...(competing.length > COMPETING_MAX
        ? greedily(competing, left, off, worth, affordable)
        : tryAll(competing, left, off, worth, affordable)),
    );
  }
  for (const [one, set] of made) {
    use(set, left, off);
    for (const each of set.uses)
      if (each.off)
        taken.push({ code: one.rule.code, line: each.line, quantity: each.units, amount: each.off, level: "item", spread: set.spread });
  }
  for (const line of [...new Set([...singles.keys(), ...adds.keys()])].sort((a, b) => a - b)) {
    const [best, most] = single(line, left[line]!);
    if (best !== null) {
      off[line]! += most;
      taken.push({ code: best.rule.code, line, quantity: left[line]!, amount: most, level: "item", spread: "each" });
    }
    for (const [one, more] of added(line, off[line]!)) {
      off[line]! += more;
      taken.push({ code: one.rule.code, line, quantity: goods[line]!.quantity, amount: more, level: "item", spread: "each" });
    }
  }
  takeOffOrder(order, basket, off, taken);
  return { ...nothing(), taken, ...takeOffCarriage(carriage, basket), exact };
}

type Worth = (lines: number[], left: number[], off: number[]) => number;
type Affordable = (one: Match, left: number[]) => Sets | null;

function use(sets: Sets, left: number[], off: number[], back = false): void {
  const sign = back ? -1 : 1;
  for (const one of sets.uses) {
    left[one.line]! -= sign * one.units;
    off[one.line]! += sign * one.off;
  }
}

function tryAll(competing: Match[], left: number[], off: number[], worth: Worth, affordable: Affordable): [Match, Sets][] {
  const lines = [...new Set(competing.flatMap((one) => one.lines))].sort((a, b) => a - b);
  const none = off.map(() => 0);
  let best: [Match, Sets][] = [];
  let most = worth(lines, left, none);
  const seen = new Set<string>();
  const goOn = (made: [Match, Sets][], leftNow: number[], offNow: number[]): void => {
    for (const one of competing) {
      if (made.some(([before]) => before === one)) continue;
      const sets = affordable(one, leftNow);
      if (sets === null) continue;
      const [leftThen, offThen] = [[...leftNow], [...offNow]];
      use(sets, leftThen, offThen);
      const soFar: [Match, Sets][] = [...made, [one, sets]];
      const ranks = soFar.map(([each]) => each.rank).sort((a, b) => a - b);
      const key = JSON.stringify([ranks, lines.map((i) => leftThen[i]), lines.map((i) => offThen[i])]);
      if (seen.has(key)) continue;
      seen.add(key);
      const now = worth(lines, leftThen, offThen);
      if (now > most) [best, most] = [soFar, now];
      goOn(soFar, leftThen, offThen);
    }
  };
  goOn([], left, none);
  return best;
}

function greedily(competing: Match[], before: number[], zero: number[], worth: Worth, affordable: Affordable): [Match, Sets][] {
  const alone = competing.flatMap((one) => {
    const sets = affordable(one, before);
    return sets === null ? [] : [{ one, sets }];
  });
  alone.sort((a, b) => b.sets.off - a.sets.off || a.one.rank - b.one.rank);
  const [left, off] = [[...before], zero.map(() => 0)];
  const made: [Match, Sets][] = [];
  const used = new Set<number>();
  for (const { one, sets: whole } of alone) {
    const now = one.lines.some((i) => used.has(i)) ? affordable(one, left) : whole;
    if (now === null) continue;
    const touched = now.uses.map((each) => each.line);
    const had = worth(touched, left, off);
    use(now, left, off);
    if (worth(touched, left, off) > had) {
      for (const line of touched) used.add(line);
      made.push([one, now]);
    } else use(now, left, off, true);
  }
  return made;
}

function takeOffOrder(order: Match[], basket: Basket, off: number[], taken: Taken[]): void {
  const { goods } = basket;
  const amountOf = (one: Match): number => {
    const benefit = one.rule.benefit as { kind: string; ppm: number; amount: number };
    const rest = sum(one.lines.map((i) => goods[i]!.amount - off[i]!));
    const whole = benefit.kind === "order_percent" ? share(rest, benefit.ppm) : Math.min(rest, benefit.amount);
    const amount = Math.min(whole, one.rule.caps.discount_per_basket ?? whole);
    return tooDear(one, amount, basket) ? 0 : amount;
  };
  let [best, most]: [Match | null, number] = [null, 0];
  for (const one of order) if (one.rule.stacking !== "adds" && amountOf(one) > most) [best, most] = [one, amountOf(one)];
  for (const one of [...(best ? [best] : []), ...order.filter((each) => each.rule.stacking === "adds")]) {
    const amount = amountOf(one);
    if (!amount) continue;
    const shares = split(amount, one.lines.map((i) => goods[i]!.amount - off[i]!));
    one.lines.forEach((line, i) => {
      const part = shares[i]!;
      if (!part) return;
      off[line]! += part;
      taken.push({ code: one.rule.code, line, quantity: goods[line]!.quantity, amount: part, level: "order", spread: "across" });
    });
  }
}

function takeOffCarriage(carriage: Match[], basket: Basket): { carriage_code: string; carriage_off: number } {
  let best = { carriage_code: "", carriage_off: 0 };
  for (const one of carriage) {
    const benefit = one.rule.benefit as Extract<Benefit, { kind: "carriage" }>;
    const off = benefit.amount === null ? share(basket.carriage, benefit.ppm) : Math.max(0, basket.carriage - benefit.amount);
    if (off > best.carriage_off && !tooDear(one, off, basket)) best = { carriage_code: one.rule.code, carriage_off: off };
  }
  return best;
}

function bestOfEachKind(matches: Match[]): Match[] {
  const best = new Map<string, Match>();
  for (const one of matches) {
    const before = best.get(one.simple!.kind);
    if (!before || better(one, before)) best.set(one.simple!.kind, one);
  }
  return [...best.values()];
}

function apart(sets: Match[]): Match[][] {
  let groups: { lines: Set<number>; together: Match[] }[] = [];
  for (const one of sets) {
    const lines = new Set(one.lines);
    let together = [one];
    const others: typeof groups = [];
    for (const each of groups) {
      if ([...each.lines].some((line) => lines.has(line))) {
        for (const line of each.lines) lines.add(line);
        together = [...each.together, ...together];
      } else others.push(each);
    }
    groups = [...others, { lines, together }];
  }
  return groups.map((one) => one.together.sort((a, b) => a.rank - b.rank));
}

function notChosen(matches: Match[], best: Outcome, goods: Goods[]): Declined[] {
  const chosen = new Set([...best.taken.map((one) => one.code), best.carriage_code]);
  const whole = goods.map((one) => one.quantity);
  return matches
    .filter((one) => !chosen.has(one.rule.code))
    .map((one) => {
      const able = !one.parts.length || one.rule.stacking === "adds" || makeSets(one, goods, whole) !== null;
      const why = able ? "others_better" : isSet(one.rule.benefit) ? "set_incomplete" : "not_cheaper";
      return { code: one.rule.code, why, missing: 0 };
    });
}
