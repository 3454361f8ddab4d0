import Documents

extension Configuration {
  /// Every harness that is defined, by name, each over what Divisi knows under its name.
  package var harnesses: [(name: String, definition: HarnessDefinition)] {
    let setting = Setting(
      name: "", read: HarnessDefinition.type.reader(called: "harness", example: "{}"))
    return entries.filter { $0.setting.section == Settings.openSection }.compactMap { entry in
      let standard = StandardHarnesses.all.first { $0.name == entry.setting.key }
      let base = standard.flatMap { SettingValue.parse($0.text, called: "default") }
        .flatMap { setting.value(in: $0.0, $0.1) }
      return entry.value(of: setting).map { (entry.setting.key, $0.over(base)) }
    }
  }
}
