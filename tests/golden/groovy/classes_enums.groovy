enum Color { RED, GREEN, BLUE }
println Color.RED                  // expect: RED
println Color.values()             // expect: [RED, GREEN, BLUE]
println Color.values().size()      // expect: 3
println Color.GREEN.ordinal()      // expect: 1
println Color.valueOf('BLUE').name()                   // expect: BLUE
println Color.RED == Color.valueOf('RED')              // expect: true
println Color.RED < Color.BLUE     // expect: true
println Color.RED.class.simpleName // expect: Color
println "color ${Color.GREEN}"     // expect: color GREEN
println Color.values()*.name().join(',')               // expect: RED,GREEN,BLUE
println([(Color.RED): 1, (Color.BLUE): 2][Color.BLUE]) // expect: 2
Color c = 'GREEN'
println c.ordinal()                // expect: 1
println(('BLUE' as Color) == Color.BLUE)               // expect: true
switch (c) {
  case Color.RED: println 'r'; break
  case Color.GREEN: println 'g'; break                 // expect: g
}
println c in [Color.RED, Color.GREEN]                  // expect: true
try {
  Color.valueOf('PINK')
} catch (IllegalArgumentException e) {
  println e.message                // expect: No enum constant Color.PINK
}
enum Environment {
  DEV('dev', 1),
  PROD('production', 3);

  final String label
  private final int replicas
  Environment(String label, int replicas) {
    this.label = label
    this.replicas = replicas
  }
  String url() { "https://${label}.example.com" }
  static Environment of(String label) { values().find { it.label == label } }
  boolean isProduction() { this == PROD }
}
println Environment.DEV.url()      // expect: https://dev.example.com
println Environment.of('production')                   // expect: PROD
println Environment.PROD.production                    // expect: true
println Environment.values().collect { it.label }      // expect: [dev, production]
println Environment.of('none')     // expect: null
enum Level {
  LOW, HIGH
  Level other() { values()[1 - ordinal()] }
}
println Level.HIGH.other()         // expect: LOW
enum Early {
  ONE, TWO
  static List seen = []
  Early() { ordinal() }
  static first() { values()[0] }
}
println Early.first()              // expect: ONE
