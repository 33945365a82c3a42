using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Bitfusion;

/// <summary>What becomes of a servers.conf. Pure.</summary>
internal sealed record ServersEdit
{
    /// <summary>Why it cannot be changed safely; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The new text; the old one when nothing is to change.</summary>
    public string? NewText { get; init; }

    /// <summary>The servers before, for the plan; null when there is no file.</summary>
    public string? Before { get; init; }

    /// <summary>The servers after.</summary>
    public string? After { get; init; }

    /// <summary>What is written with a port, into the form of which ports are not attested.</summary>
    public IReadOnlyList<string> PortsInLines { get; init; } = [];

    /// <summary>What stays although it is no address.</summary>
    public IReadOnlyList<string> WrongKept { get; init; } = [];

    /// <summary>The new text.</summary>
    public string Text => NewText ?? string.Empty;

    /// <summary>Plans the change of a file.</summary>
    /// <param name="text">Its text; null when it is not there.</param>
    /// <param name="program">The program that reads it; null when it is not installed.</param>
    /// <param name="wish">What is wanted.</param>
    public static ServersEdit Plan(string? text, FlexDirectProgram? program, ServersWish wish)
    {
        ServersConfForm usual = wish.Form ?? (program is { IsLater: true } ? ServersConfForm.Yaml : ServersConfForm.Lines);
        ServersConf conf = text is null ? ServersConf.Empty(usual) : ServersConf.Read(text, usual);
        if (conf.Problem is { } problem)
        {
            return new ServersEdit { Problem = problem };
        }

        // What was named with a typing mistake may be taken away as it stands.
        bool IsRemoved(ServersConfPart server) => wish.Remove.Any(gone =>
            FlexDirectAddress.TryParse(gone, out FlexDirectAddress? address) is null ? server.Addresses.Any(address!.IsSameAs) : server.Wrong == gone.Trim());
        List<FlexDirectAddress> wanted = [];
        foreach (FlexDirectAddress address in wish.Addresses?.Select(FlexDirectAddress.Parse)
            ?? conf.Servers.Where(server => server.Addresses.Count > 0 && !IsRemoved(server)).Select(server => server.Addresses[0]).Concat(wish.Add.Select(FlexDirectAddress.Parse)))
        {
            if (!wanted.Any(address.IsSameAs))
            {
                wanted.Add(address);
            }
        }

        string[] wrong = [.. conf.Servers.Where(server => server.Addresses.Count == 0 && wish.Addresses is null && !IsRemoved(server)).Select(server => server.Wrong!)];
        string after = conf.With(wanted, wish.Form, keepsWrong: wrong.Length > 0, wrongRemoved: IsRemoved);
        ServersConf now = ServersConf.Read(after, usual);
        string[] added = [.. now.Servers.SelectMany(server => server.Addresses).Where(address => !conf.Servers.Any(server => server.Addresses.Any(address.IsSameAs))).Where(address => address.Port is not null).Select(address => address.ToString())];
        bool formChanges = text is not null && wish.Form is { } form && form != conf.Form;
        return new ServersEdit
        {
            NewText = after,
            Before = text is null ? null : Shown(conf, formChanges),
            After = Shown(now, formChanges),
            PortsInLines = now.Form == ServersConfForm.Lines ? added : [],
            WrongKept = wrong,
        };
    }

    private static string Shown(ServersConf conf, bool withForm)
    {
        string[] servers = [.. conf.Servers.Select(server => server.Addresses.Count > 0 ? server.Addresses[0].ToString() : "'" + server.Wrong + "'")];
        return (servers.Length == 0 ? "no server" : string.Join(", ", servers)) + (withForm ? conf.Form == ServersConfForm.Yaml ? " (YAML)" : " (an address per line)" : string.Empty);
    }
}
