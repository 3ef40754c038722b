/** The greedy loop: eight failures for each reflection, accepted when the mean over all examples rises. */
import { constants } from '../constants.ts'
import { type Contestant, meanScore } from './contestant.ts'

export const greedy: Contestant = {
  anytime: true,
  async run(session) {
    const { start, world, random } = session
    let best = { signature: start, outcomes: await session.evaluate(start, world.shown) }
    session.report(best.signature, meanScore(best.outcomes))
    for (;;) {
      const failures = random.shuffle(best.outcomes.filter(({ score }) => score < 1))
      const proposal = session.reflect(best.signature, failures.slice(0, constants.contestants.failures))
      if (proposal === undefined) continue
      const outcomes = await session.evaluate(proposal, world.shown)
      if (meanScore(outcomes) <= meanScore(best.outcomes)) continue
      best = { signature: proposal, outcomes }
      session.report(best.signature, meanScore(outcomes))
    }
  },
}
