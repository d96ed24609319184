// The style sheet of a page. Colours and the clock differ from page to page, so that each page's policy
// carries the hash of its own sheet.

import Delivery

enum PageStyle {
  /// The longest time, in seconds, that runs as a clock; beyond it the moment says enough.
  static let clockSecondsMax: Int64 = 3600

  /// The sheet.
  /// - Parameter secondsLeft: Where the clock starts; nothing for a page without one.
  static func text(_ colour: BrandColour?, secondsLeft: Int64? = nil) -> String {
    let (light, dark) = (PageColours(colour, isDark: false), PageColours(colour, isDark: true))
    return """
      :root{color-scheme:light dark;--ink:\(PageColours.lightInk);--soft:#56626f;--paper:\(PageColours.lightPaper);\
      --edge:#dde3ea;--note:#f2f5f8;--act:\(light.act);--on:\(light.on);\
      --rim:\(light.rim)}
      @media(prefers-color-scheme:dark){:root{--ink:\(PageColours.darkInk);--soft:#a3b0bd;\
      --paper:\(PageColours.darkPaper);--edge:#2c3641;--note:#202934;--act:\(dark.act);\
      --on:\(dark.on);--rim:\(dark.rim)}header img{background:#fff;padding:.5rem;border-radius:.5rem}}
      \(common)
      """ + (secondsLeft.map(clock) ?? "")
  }

  private static let common = """
    *{box-sizing:border-box}
    body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);\
    color:var(--ink);font:1.05rem/1.5 system-ui,sans-serif}
    .page{width:min(32rem,100%);padding:2rem 1.25rem}
    header{margin:0 0 1.5rem}
    header img{display:block;max-width:min(16rem,100%);max-height:4rem}
    h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere;\
    text-wrap:balance}
    p{margin:.75rem 0;overflow-wrap:anywhere;text-wrap:pretty}
    dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.35rem 1rem;margin:1.25rem 0;\
    padding:1rem 0;border:solid var(--edge);border-width:1px 0}
    dt{color:var(--soft)}
    dd{margin:0;overflow-wrap:anywhere}
    @media(max-width:26rem){dl{grid-template-columns:1fr;gap:0}dt:not(:first-child){margin-top:.6rem}}
    .note{padding:.75rem 1rem;background:var(--note);border-left:4px solid var(--rim)}
    button{font:inherit;font-weight:600;width:100%;min-height:3rem;padding:.8rem;border:2px solid var(--rim);\
    border-radius:.5rem;background:var(--act);color:var(--on);cursor:pointer}
    button:hover{text-decoration:underline}
    button:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
    .small{color:var(--soft);font-size:.9rem}
    @media(forced-colors:active){button{border-color:ButtonText}}
    """

  /// A clock without script: a whole number runs down, counters show it. Browsers that do not know
  /// registered properties show none, because the initial value of `--has` is not there then.
  private static func clock(_ seconds: Int64) -> String {
    """

    @property --has{syntax:"<integer>";inherits:true;initial-value:1}
    @property --t{syntax:"<integer>";inherits:true;initial-value:0}
    @property --m{syntax:"<integer>";inherits:true;initial-value:0}
    @property --s{syntax:"<integer>";inherits:true;initial-value:0}
    @keyframes run{from{--t:\(seconds)}to{--t:0}}
    .clock{display:block;color:var(--soft);font-variant-numeric:tabular-nums;\
    opacity:var(--has,0);animation:run \(seconds)s linear both;\
    --m:max(0,(var(--t) - 29.5)/60);--s:calc(var(--t) - 60*var(--m));\
    counter-reset:m var(--m) s var(--s)}
    .clock::before{content:counter(m) ":" counter(s,decimal-leading-zero) " "}
    """
  }
}
