// Which scrub rules hold for one upload: the tenant's, made stricter as the upload asks.

package import ScrubContract

extension TenantPolicy {
  /// The rules for an upload that asks for `answers`.
  ///
  /// The tenant's answer is what holds if nothing is asked and the laxest that may be asked for. To
  /// deliver signed documents unscrubbed is never a standing rule: `signed=keep` in the policy only
  /// allows an upload to ask for it, and `PublishVersion` wants the scope of an approver then.
  ///
  /// Throws `scrub-rule-forbidden` if an answer is laxer than the policy's or contradicts another.
  package func scrubRules(asking answers: ScrubAnswers) throws(DeliveryError) -> ScrubRules {
    var rules = scrub
    if rules[.signed] == .keep { rules[.signed] = .refuse }
    for (rule, choice) in answers.chosen {
      guard choice <= scrub[rule] else {
        throw DeliveryError(
          .scrubRuleForbidden,
          "The tenant's policy has \(rule.rawValue)=\(scrub[rule].rawValue); an upload may ask for "
            + "something stricter only.")
      }
      rules[rule] = choice
    }
    if let contradiction = rules.contradiction {
      throw DeliveryError(.scrubRuleForbidden, "The answers contradict: \(contradiction).")
    }
    return rules
  }
}
