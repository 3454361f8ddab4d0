import Imports
import Testing

@Suite struct ImportTests {
  /// What a file imports among the given ones; files are path and text.
  private func imports(of path: String, in files: [String: String]) -> [String] {
    ImportScanner(files: files.keys.sorted()) { files[$0].map { Array($0.utf8) } }.imports(of: path)
  }

  @Test func swiftImportsModules() {
    let files = [
      "Sources/App/main.swift": """
      // import Comment
      /* import Block /* nested */
      */
      let text = "import Text"
      let long = \"\"\"
        import Long
        \"\"\"
      @testable import Plans
      package import struct Files.Handle
      import Foundation
      """,
      "Sources/Plans/Plan.swift": "", "Sources/Plans/Model/Step.swift": "",
      "Sources/Files/Handle.swift": "", "Sources/Comment/C.swift": "", "Sources/Text/T.swift": "",
      "Sources/Long/L.swift": "", "Sources/Block/B.swift": "",
    ]
    #expect(
      imports(of: "Sources/App/main.swift", in: files) == [
        "Sources/Files/Handle.swift", "Sources/Plans/Model/Step.swift", "Sources/Plans/Plan.swift",
      ])
  }

  @Test func pythonImportsByNameAndByDots() {
    let files = [
      "src/shop/api/pay.py": """
      '''import doc'''
      # import comment
      import shop.db as db, json
      from shop.mail import (send,  # why
          receipt)
      from . import forms
      from .. import config
      from ..db.tables import payments
      x = "from shop import fake"
      """,
      "src/shop/db/__init__.py": "", "src/shop/db/tables.py": "", "src/shop/mail/__init__.py": "",
      "src/shop/mail/receipt.py": "", "src/shop/api/forms.py": "", "src/shop/config.py": "",
      "src/shop/fake.py": "", "doc.py": "", "comment.py": "", "src/shop/api/__init__.py": "",
      "src/shop/__init__.py": "",
    ]
    #expect(
      imports(of: "src/shop/api/pay.py", in: files) == [
        "src/shop/__init__.py", "src/shop/api/__init__.py", "src/shop/api/forms.py",
        "src/shop/config.py", "src/shop/db/__init__.py", "src/shop/db/tables.py",
        "src/shop/mail/__init__.py", "src/shop/mail/receipt.py",
      ])
  }

  @Test func scriptsImportRelativePaths() {
    let files = [
      "web/form.ts": """
      // import a from './comment'
      import { a } from "./fields";
      import './style.css';
      export * from '../lib';
      const b = require("./old.js"), c = await import('./lazy');
      const text = `import x from './template'`;
      const fake = "from './fake'";
      import type { T } from './types.js'
      import react from 'react'
      """,
      "web/fields.tsx": "", "web/style.css": "", "lib/index.ts": "", "web/old.js": "",
      "web/lazy.mjs": "", "web/types.ts": "", "web/comment.ts": "", "web/template.ts": "",
      "web/fake.ts": "",
    ]
    #expect(
      imports(of: "web/form.ts", in: files) == [
        "lib/index.ts", "web/fields.tsx", "web/lazy.mjs", "web/old.js", "web/style.css",
        "web/types.ts",
      ])
  }

  @Test func goImportsPackagesOfItsModule() {
    let files = [
      "svc/go.mod": "module example.org/shop\n\ngo 1.22\n",
      "svc/main.go": """
      package main
      import "example.org/shop/pay"
      import (
        "fmt"
        // "example.org/shop/comment"
        m "example.org/shop/mail"
      )
      """,
      "svc/pay/pay.go": "", "svc/pay/pay_test.go": "", "svc/mail/send.go": "",
      "svc/comment/c.go": "",
    ]
    #expect(imports(of: "svc/main.go", in: files) == ["svc/mail/send.go", "svc/pay/pay.go"])
  }

  @Test func rustImportsModules() {
    let files = [
      "src/main.rs":
        "mod pay;\nmod inline { }\nuse crate::mail::{send, receipt::Receipt};\n// mod no;\n",
      "src/pay.rs": "use super::mail;\nfn f<'a>(x: &'a str) {}\nmod card;\n", "src/pay/card.rs": "",
      "src/mail/mod.rs": "", "src/mail/receipt.rs": "", "src/no.rs": "",
    ]
    #expect(
      imports(of: "src/main.rs", in: files) == [
        "src/mail/mod.rs", "src/mail/receipt.rs", "src/pay.rs",
      ])
    #expect(imports(of: "src/pay.rs", in: files).contains("src/pay/card.rs"))
  }

  @Test func javaImportsClassesAndPackages() {
    let files = [
      "app/src/org/shop/Main.java": """
      import org.shop.pay.Card; /* import org.shop.No; */
      import static org.shop.util.Math.add;
      import org.shop.mail.*;
      import java.util.List;
      """,
      "app/src/org/shop/pay/Card.java": "", "app/src/org/shop/util/Math.java": "",
      "app/src/org/shop/mail/Send.java": "", "app/src/org/shop/mail/Receipt.java": "",
      "app/src/org/shop/No.java": "",
    ]
    #expect(
      imports(of: "app/src/org/shop/Main.java", in: files) == [
        "app/src/org/shop/mail/Receipt.java", "app/src/org/shop/mail/Send.java",
        "app/src/org/shop/pay/Card.java", "app/src/org/shop/util/Math.java",
      ])
  }

  @Test func cIncludesByFolderAndByEndOfPath() {
    let files = [
      "src/main.c": """
      #include "pay.h"
      #  include <shop/mail.h>
      #include <stdio.h>
      // #include "no.h"
      char *s = "#include \\"no.h\\"";
      """,
      "src/pay.h": "", "include/shop/mail.h": "", "src/no.h": "",
    ]
    #expect(imports(of: "src/main.c", in: files) == ["include/shop/mail.h", "src/pay.h"])
  }

  @Test func whatIsNoSourceImportsNothing() {
    #expect(imports(of: "README.md", in: ["README.md": "import x", "x.py": ""]) == [])
    #expect(imports(of: "gone.py", in: [:]) == [])
    let large = String(repeating: "#", count: 2 << 20) + "\nimport x\n"
    #expect(imports(of: "large.py", in: ["large.py": large, "x.py": ""]) == [])
  }

  @Test(arguments: [
    "\"", "'", "`", "/*", "\"\"\"", "r#\"", "import", "from . import", "use a::{", "#include <",
  ])
  func brokenSourceHangsNothing(text: String) {
    for ending in ["swift", "py", "ts", "go", "rs", "java", "c"] {
      #expect(imports(of: "x.\(ending)", in: ["x.\(ending)": text, "go.mod": "module m"]) == [])
    }
  }
}
