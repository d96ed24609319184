// The names that SVG gives a meaning (SVG 1.1, SVG 2, Filter Effects, and the properties of CSS that
// may stand as attributes). What is not here is not drawn, so it goes.

/// The vocabulary of a drawing.
enum SVGNames {
  static let svg = "http://www.w3.org/2000/svg"
  static let xlink = "http://www.w3.org/1999/xlink"
  static let xml = "http://www.w3.org/XML/1998/namespace"
  static let xhtml = "http://www.w3.org/1999/xhtml"

  /// Elements that are drawn or tell how; without `metadata`, `title` and `desc`.
  static let elements = words(
    """
    a animate animateColor animateMotion animateTransform circle clipPath cursor defs ellipse feBlend
    feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
    feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
    feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting
    feSpotLight feTile feTurbulence filter font font-face font-face-format font-face-name
    font-face-src font-face-uri foreignObject g glyph glyphRef hatch hatchpath hkern image line
    linearGradient marker mask mesh meshgradient meshpatch meshrow missing-glyph mpath path pattern
    polygon polyline radialGradient rect script set solidcolor stop style svg switch symbol text
    textPath tref tspan use view vkern
    """)

  /// Attributes without a namespace that change what is drawn or where.
  static let attributes = words(
    """
    accent-height accumulate additive alignment-baseline alphabetic amplitude arabic-form ascent
    attributeName attributeType azimuth baseFrequency baseProfile baseline-shift bbox begin bias by
    calcMode cap-height class clip clip-path clip-rule clipPathUnits color color-interpolation
    color-interpolation-filters color-profile color-rendering contentScriptType contentStyleType cursor
    cx cy d descent diffuseConstant direction display divisor dominant-baseline dur dx dy edgeMode
    elevation end exponent externalResourcesRequired fill fill-opacity fill-rule
    filter filterRes filterUnits flood-color flood-opacity font font-family font-feature-settings
    font-kerning font-size font-size-adjust font-stretch font-style font-variant font-weight format fr
    from fx fy g1 g2 glyph-name glyph-orientation-horizontal glyph-orientation-vertical glyphRef
    gradientTransform gradientUnits hanging height horiz-adv-x horiz-origin-x horiz-origin-y href id
    ideographic image-rendering in in2 inline-size intercept isolation k k1 k2 k3 k4 kernelMatrix
    kernelUnitLength kerning keyPoints keySplines keyTimes lang lengthAdjust letter-spacing
    lighting-color limitingConeAngle line-height marker marker-end marker-mid marker-start
    markerHeight markerUnits markerWidth mask mask-type maskContentUnits maskUnits mathematical max
    media min mix-blend-mode mode numOctaves offset opacity operator order orient orientation origin
    overflow overline-position overline-thickness paint-order panose-1 path pathLength
    patternContentUnits patternTransform patternUnits pointer-events points pointsAtX pointsAtY
    pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits r radius refX refY rel repeatCount
    repeatDur requiredExtensions requiredFeatures requiredFonts requiredFormats restart result rotate
    rx ry scale seed shape-inside shape-margin shape-padding shape-rendering shape-subtract side slope
    solid-color solid-opacity spacing specularConstant specularExponent spreadMethod startOffset
    stdDeviation stemh stemv stitchTiles stop-color stop-opacity strikethrough-position
    strikethrough-thickness string stroke stroke-dasharray stroke-dashoffset stroke-linecap
    stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style surfaceScale systemLanguage
    tabindex tableValues target targetX targetY text-align text-anchor text-decoration
    text-decoration-color text-decoration-line text-decoration-style text-indent text-overflow
    text-rendering text-transform textLength to transform transform-box transform-origin type u1 u2
    underline-position underline-thickness unicode unicode-bidi unicode-range units-per-em
    v-alphabetic v-hanging v-ideographic v-mathematical values vector-effect version vert-adv-y
    vert-origin-x vert-origin-y viewBox viewTarget visibility white-space width widths word-spacing
    writing-mode x x-height x1 x2 xChannelSelector y y1 y2 yChannelSelector z zoomAndPan
    """)

  /// Attributes that are read to people who do not see the drawing.
  static let descriptions = words(
    "aria-label aria-description aria-describedby aria-labelledby aria-hidden role")

  /// Elements whose text is program or style, not content.
  static let animations = words("animate animateColor animateMotion animateTransform set")

  private static func words(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }
}
