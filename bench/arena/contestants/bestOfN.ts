/** Best of N: proposals from the baseline's failures, each scored on all examples. */
import { constants } from '../constants.ts'
import { type Contestant, meanScore } from './contestant.ts'

export const bestOfN: Contestant = {
  anytime: true,
  async run(session) {
    const { start, world, random } = session
    const outcomes = await session.evaluate(start, world.shown)
    let best = meanScore(outcomes)
    session.report(start, best)
    const failures = outcomes.filter(({ score }) => score < 1)
    for (let n = 0; n < constants.contestants.proposals; n++) {
      const proposal = session.reflect(start, random.shuffle(failures).slice(0, constants.contestants.failures))
      if (proposal === undefined) continue
      const score = meanScore(await session.evaluate(proposal, world.shown))
      if (score <= best) continue
      best = score
      session.report(proposal, score)
    }
  },
}
