using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>A journal entry as XML and back. The file is for people too: names say what they are, times are in UTC.</summary>
internal static class JournalXml
{
    private const int Version = 1;

    public static void Write(JournalEntry entry, Stream stream)
    {
        XElement root = new(
            "change",
            new XAttribute("version", Version),
            new XAttribute("id", entry.Id),
            new XAttribute("state", entry.State),
            new XAttribute("startedAt", Text(entry.StartedAt)),
            Optional("finishedAt", entry.FinishedAt),
            entry.IsUndo ? new XAttribute("undo", true) : null,
            WriteOwner(entry.Owner),
            new XElement(
                "intent",
                new XAttribute("kind", entry.Intent.Kind),
                new XAttribute("title", entry.Intent.Title),
                Pairs("option", entry.Intent.Options),
                entry.Intent.Targets.Select(target => new XElement("target", WriteTarget(target.Target), Pairs("wanted", target.Wanted)))),
            entry.Hosts.Select(WriteHost));
        using XmlWriter writer = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, CloseOutput = false, CheckCharacters = false });
        root.Save(writer);
    }

    /// <exception cref="FormatException">The text is not a journal entry.</exception>
    /// <exception cref="XmlException">The text is not XML.</exception>
    public static JournalEntry Read(Stream stream, string path)
    {
        using XmlReader reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = false });
        XElement root = XDocument.Load(reader).Root!;
        if (root.Name != "change")
        {
            throw new FormatException($"The root element is '{root.Name}', not 'change'.");
        }

        if (Required(root, "version") != Version.ToString(CultureInfo.InvariantCulture))
        {
            throw new FormatException($"It was written in format {Required(root, "version")}; this version of GpuVSphere reads format {Version}.");
        }

        XElement intent = root.Element("intent") ?? throw new FormatException("The intent is missing.");
        return new JournalEntry
        {
            Id = Required(root, "id"),
            State = Enumeration<JournalState>(Required(root, "state")),
            StartedAt = Time(Required(root, "startedAt")),
            FinishedAt = OptionalTime(root, "finishedAt"),
            IsUndo = (string?)root.Attribute("undo") is { } undo && XmlConvert.ToBoolean(undo),
            Owner = ReadOwner(root.Element("owner") ?? throw new FormatException("The owner is missing.")),
            Intent = new ChangeIntent(
                Required(intent, "kind"),
                Required(intent, "title"),
                intent.Elements("target").Select(target => new IntentTarget(ReadTarget(target), ReadPairs(target, "wanted"))).ToArray(),
                ReadPairs(intent, "option")),
            Hosts = root.Elements("host").Select(ReadHost).ToArray(),
            Path = path,
        };
    }

    public static XElement WriteOwner(JournalOwner owner) => new(
        "owner",
        new XAttribute("machine", owner.Machine),
        new XAttribute("process", owner.ProcessId),
        new XAttribute("user", owner.User),
        new XAttribute("since", Text(owner.Since)));

    public static JournalOwner ReadOwner(XElement element) => new(
        Required(element, "machine"),
        int.Parse(Required(element, "process"), NumberStyles.None, CultureInfo.InvariantCulture),
        Required(element, "user"),
        Time(Required(element, "since")));

    public static string Required(XElement element, string name) =>
        (string?)element.Attribute(name) ?? throw new FormatException($"The element '{element.Name}' has no '{name}'.");

    private static XElement WriteHost(JournalHost host) => new(
        "host",
        WriteTarget(host.Target),
        new XAttribute("step", host.Step),
        new XAttribute("ownsMaintenanceMode", host.OwnsMaintenanceMode),
        Optional("bootTimeBefore", host.BootTimeBefore),
        Optional("startedAt", host.StartedAt),
        Optional("finishedAt", host.FinishedAt),
        host.Outcome is { } outcome ? new XAttribute("outcome", outcome) : null,
        host.ErrorId is null ? null : new XAttribute("error", host.ErrorId),
        host.Message is null ? null : new XElement("message", host.Message),
        host.Fields.Select(field => new XElement(
            "field",
            new XAttribute("name", field.Name),
            field.Before is null ? null : new XAttribute("before", field.Before),
            field.After is null ? null : new XAttribute("after", field.After))),
        host.VmsShutDown.Select(vm => new XElement("vmShutDown", WriteId(vm.Id), new XAttribute("name", vm.Name))));

    private static JournalHost ReadHost(XElement element) => new()
    {
        Target = ReadTarget(element),
        Step = Enumeration<HostStep>(Required(element, "step")),
        OwnsMaintenanceMode = XmlConvert.ToBoolean(Required(element, "ownsMaintenanceMode")),
        BootTimeBefore = OptionalTime(element, "bootTimeBefore"),
        StartedAt = OptionalTime(element, "startedAt"),
        FinishedAt = OptionalTime(element, "finishedAt"),
        Outcome = (string?)element.Attribute("outcome") is { } outcome ? Enumeration<ChangeOutcome>(outcome) : null,
        ErrorId = (string?)element.Attribute("error"),
        Message = (string?)element.Element("message"),
        Fields = element.Elements("field")
            .Select(field => new JournalField(Required(field, "name"), (string?)field.Attribute("before"), (string?)field.Attribute("after")))
            .ToArray(),
        VmsShutDown = element.Elements("vmShutDown").Select(vm => new JournalVm(ReadId(vm), Required(vm, "name"))).ToArray(),
    };

    private static object[] WriteTarget(PlanTarget target) =>
        [.. WriteId(target.Id), new XAttribute("name", target.Name), new XAttribute("serverName", target.ServerName)];

    private static PlanTarget ReadTarget(XElement element) => new(ReadId(element), Required(element, "name"), Required(element, "serverName"));

    private static XAttribute[] WriteId(VimObjectId id) =>
        [new("server", id.ServerUuid), new("type", id.Reference.Type), new("moref", id.Reference.Value)];

    private static VimObjectId ReadId(XElement element) =>
        new(Required(element, "server"), new ManagedObjectReference(Required(element, "type"), Required(element, "moref")));

    private static IEnumerable<XElement> Pairs(string name, IReadOnlyDictionary<string, string> pairs) => pairs
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => new XElement(name, new XAttribute("name", pair.Key), new XAttribute("value", pair.Value)));

    private static Dictionary<string, string> ReadPairs(XElement element, string name)
    {
        Dictionary<string, string> pairs = new(StringComparer.Ordinal);
        foreach (XElement pair in element.Elements(name))
        {
            pairs[Required(pair, "name")] = Required(pair, "value");
        }

        return pairs;
    }

    private static XAttribute? Optional(string name, DateTimeOffset? time) => time is { } value ? new XAttribute(name, Text(value)) : null;

    private static DateTimeOffset? OptionalTime(XElement element, string name) =>
        (string?)element.Attribute(name) is { } text ? Time(text) : null;

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("o", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static T Enumeration<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse(text, out T value) && Enum.IsDefined(typeof(T), value) ? value : throw new FormatException($"'{text}' is not one of {typeof(T).Name}.");
}
