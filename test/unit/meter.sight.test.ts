import fc from "fast-check";
import { expect, test } from "vitest";
import { without } from "../../driver/meter/period";
import { readLine } from "../../driver/meter/protocol";
import { Sight } from "../../driver/meter/sight";

const outcome = (at: number, lost?: string) => ({ target: "DNS", at, ms: 2, lost });

test("times are those of this machine's clock, by the line that came fastest", () => {
  const sight = new Sight();
  sight.outcome(outcome(100));
  sight.pulse({ now: 250, toldTo: 250 }, 5_290);
  sight.outcome(outcome(300));
  sight.pulse({ now: 500, toldTo: 500 }, 5_510);
  sight.pulse({ now: 750, toldTo: 750 }, 9_000);
  expect(sight.outcomes().map(({ at }) => at)).toEqual([5_110, 5_310]);
  expect(sight.period()).toEqual({ fromMs: 5_110, toMs: 5_760 });
});

test("what was sent after the time up to which all is told does not count, answered or lost", () => {
  const sight = new Sight();
  sight.outcome(outcome(100, "no answer in 1 s"));
  sight.outcome(outcome(200));
  sight.outcome(outcome(300));
  sight.pulse({ now: 350, toldTo: 200 }, 350);
  sight.outcome(outcome(150));
  expect(sight.outcomes().map(({ at }) => at)).toEqual([100, 150]);
  expect(sight.period()).toEqual({ fromMs: 100, toMs: 200 });
});

test("a prober that asked nothing, or told of nothing, has seen nothing", () => {
  const idle = new Sight();
  idle.pulse({ now: 1, toldTo: 1 }, 1);
  expect(idle.period()).toBeUndefined();
  const cut = new Sight();
  cut.outcome(outcome(100));
  expect(cut.outcomes()).toEqual([]);
  expect(cut.period()).toBeUndefined();
});

test("a line of something else is none", () => {
  expect(readLine('{"now":1,"toldTo":1}')).toEqual({ now: 1, toldTo: 1 });
  expect(readLine('{"target":"DNS","at":1.5,"ms":2}')).toEqual({ target: "DNS", at: 1.5, ms: 2 });
  for (const line of ["", "starting", "7", "null", "{}", '{"target":"DNS","at":"1"}', '{"now":1}']) {
    expect(readLine(line)).toBeUndefined();
  }
});

const period = (fromMs: number, toMs: number) => ({ fromMs, toMs });

test("what is left without other periods", () => {
  expect(without(period(0, 10), [])).toEqual([period(0, 10)]);
  expect(without(period(0, 10), [period(6, 8), period(2, 4)])).toEqual([period(0, 2), period(4, 6), period(8, 10)]);
  expect(without(period(0, 10), [period(-5, 3), period(2, 4), period(9, 20)])).toEqual([period(4, 9)]);
  expect(without(period(0, 10), [period(0, 10)])).toEqual([]);
  expect(without(period(0, 10), [period(12, 14)])).toEqual([period(0, 10)]);
});

test("each moment is in what is left or in one of the others", () => {
  const some = fc.array(fc.tuple(fc.nat(50), fc.nat(50)).map(([at, ms]) => period(at, at + ms)));
  const holds = ({ fromMs, toMs }: ReturnType<typeof period>, at: number) => at >= fromMs && at < toMs;
  fc.assert(
    fc.property(some, (others) => {
      const left = without(period(10, 60), others);
      for (let at = 10; at < 60; at += 1) {
        expect(left.some((each) => holds(each, at))).toBe(!others.some((each) => holds(each, at)));
      }
    }),
  );
});
