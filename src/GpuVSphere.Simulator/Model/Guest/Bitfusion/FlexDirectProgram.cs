using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>
/// FlexDirect's program, by both of its names. What the guide and public texts show is said in their words: the licence, the scheduler's first
/// line, and the failures to reach a server. How lists and health reports look is UNCONFIRMED and this simulator's own.
/// </summary>
internal sealed class FlexDirectProgram : IGuestProgram
{
    /// <summary>A key that <c>init</c> accepts. Any other is refused.</summary>
    public const string Key = "SIMU-FLEX-2019-0042";

    public IReadOnlyList<string> Names { get; } = ["flexdirect", "bitfusion"];

    public Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken) => call.Arguments.FirstOrDefault() switch
    {
        "init" => Task.FromResult(call.Locked(() => Init(call))),
        "version" or "--version" => Task.FromResult(Version(call)),
        "resource_scheduler" => SchedulerAsync(call, cancellationToken),
        "list_gpus" => Task.FromResult(call.Locked(() => List(call))),
        "smi" => SmiAsync(call),
        "run" => RunAsync(call, isLocal: false),
        "local" => RunAsync(call, isLocal: true),
        "health" => Task.FromResult(call.Locked(() => Health(call))),
        "localhealth" => Task.FromResult(call.Locked(() => LocalHealth(call))),
        null or "help" or "--help" => Task.FromResult(Help(call)),
        { } other => Task.FromResult(call.Fail("Error: unknown command \"" + other + "\" for \"" + call.Name + "\"")),
    };

    private static FlexDirectState State(GuestCall call) => call.Guest.State<FlexDirectState>();

    private static int Version(GuestCall call)
    {
        call.Say(call.Name + " version 1.11.2");
        return 0;
    }

    private static int Help(GuestCall call)
    {
        call.Say("Usage: " + call.Name + " [command]\n\nCommands: health init list_gpus local localhealth resource_scheduler run smi");
        return 0;
    }

    private static int Init(GuestCall call)
    {
        if (!call.User.IsRoot)
        {
            return call.Fail("Error: init must be run as root");
        }

        FlexDirectState state = State(call);
        if (!state.IsLicensed)
        {
            if (state.AsksToAcceptFirst && !Accepts(call))
            {
                return call.Fail("Error: the license agreement was not accepted");
            }

            call.Print("Please enter your license key: ");
            string? key = call.Input.ReadLine();
            call.Say(string.Empty);
            if (string.IsNullOrEmpty(key))
            {
                return call.Fail("Error: no license key was entered");
            }

            if (key != Key)
            {
                return call.Fail("Error: the license key " + key + " is invalid");
            }

            if (!state.AsksToAcceptFirst && !Accepts(call))
            {
                return call.Fail("Error: the license agreement was not accepted");
            }

            state.IsLicensed = true;
        }

        call.Say("License has been initialized Attempting to refresh...\n\nRefresh successful. License is ready for use.\n\nFlexdirect is licensed and is ready for use.");
        return 0;
    }

    private static bool Accepts(GuestCall call)
    {
        call.Print("Do you accept the license agreement? [y/N] ");
        string? answer = call.Input.ReadLine();
        call.Say(string.Empty);
        return answer is "y" or "Y" or "yes";
    }

    private static string? Unlicensed(GuestCall call) =>
        State(call).IsLicensed ? null : "Error: Flexdirect is not licensed. Run 'sudo " + call.Name + " init'.";

    private static async Task<int> SchedulerAsync(GuestCall call, CancellationToken cancellationToken)
    {
        FlexDirectState state = State(call);
        FlexDirectDaemon? daemon = null;
        string? refused = call.Locked(() => Unlicensed(call) ?? Offer(call, out daemon));
        if (refused is not null)
        {
            return call.Fail(refused);
        }

        await call.DelayAsync(state.StartTime, cancellationToken).ConfigureAwait(false);
        call.Locked(() => daemon!.IsReady = true);
        call.Say("Running resource scheduler on " + daemon!.Address + ":" + daemon.Port.ToString(CultureInfo.InvariantCulture) + " using " + Text(daemon.Gpus.Count) + " GPUs ("
            + string.Join(",", daemon.Gpus.Select(gpu => Text(gpu.Index))) + ") with " + Text(daemon.Gpus.Min(gpu => gpu.TotalMB)) + " MiB of memory each");
        if (state.LifeTime is { } time)
        {
            await call.DelayAsync(time, cancellationToken).ConfigureAwait(false);
            return call.Fail("Error: lost the GPU");
        }

        await call.ForeverAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }

    private static string? Offer(GuestCall call, out FlexDirectDaemon? daemon)
    {
        daemon = null;
        IReadOnlyList<FlexDirectGpuShare> gpus = GpusOf(call.Guest);
        if (gpus.Count == 0)
        {
            return "Error: no CUDA capable GPU was found";
        }

        if (Option(call, "-d") is { } devices)
        {
            string[] chosen = devices.Split(',');
            if (chosen.FirstOrDefault(index => !gpus.Any(gpu => Text(gpu.Index) == index)) is { } missing)
            {
                return "Error: there is no GPU " + missing;
            }

            gpus = gpus.Where(gpu => chosen.Contains(Text(gpu.Index))).ToList();
        }
        else if (Option(call, "-n") is { } count)
        {
            if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > gpus.Count)
            {
                return "Error: " + count + " GPUs were asked for, and " + Text(gpus.Count) + " are there";
            }

            gpus = gpus.Take(number).ToList();
        }

        string address = Option(call, "-l") ?? "0.0.0.0";
        int port = Option(call, "-s") is { } given && int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : FlexDirectEndpoint.UsualPort;
        if (address is not ("0.0.0.0" or "::" or "127.0.0.1") && address != call.Guest.Address)
        {
            return "Error: listen tcp " + address + ":" + Text(port) + ": bind: cannot assign requested address";
        }

        if (State(call).Daemons.Any(other => other.Port == port) || State(call).TakenPorts.Contains(port))
        {
            return "Error: listen tcp " + address + ":" + Text(port) + ": bind: address already in use";
        }

        FlexDirectDaemon listening = daemon = new FlexDirectDaemon(call.Guest, address, port, gpus);
        State(call).Daemons.Add(listening);
        call.Process.AtEnd(() => State(call).Daemons.RemoveAll(other => ReferenceEquals(other, listening)));
        return null;
    }

    /// <summary>The GPUs that NVIDIA's driver works with in a guest.</summary>
    private static IReadOnlyList<FlexDirectGpuShare> GpusOf(SimulatedGuest guest) => GuestNvidia.Served(guest)
        .Select((device, index) => new FlexDirectGpuShare(index, device.Card.Name, MemoryOf(device)))
        .ToList();

    private static int MemoryOf(GuestPciDevice device) =>
        (device.Vgpu is { } name ? VgpuTypeTable.OfCard(device.Card).FirstOrDefault(type => type.Name == name)?.FrameBufferMB : null) ?? device.Card.FrameBufferMB;

    // The schedulers of the client's servers, after saying what kept it from each of the others.
    private static List<FlexDirectDaemon>? Reach(GuestCall call, bool quiet = false)
    {
        if (Unlicensed(call) is { } refused)
        {
            call.Complain(refused);
            return null;
        }

        string path = FlexDirectServersFile.PathFor(call.Name, call.User, call.Guest);
        string? text = call.Guest.Files.Text(path);
        IReadOnlyList<FlexDirectEndpoint>? endpoints = text is null ? [] : FlexDirectServersFile.Read(text);
        if (endpoints is null)
        {
            call.Complain(Stamp(call, "WARN") + "Failed to parse " + path + ": malformed address");
            endpoints = [];
        }
        else if (endpoints.Count == 0 && State(call).Daemons.FirstOrDefault(one => one.IsReady) is { } own)
        {
            // On a server that is nobody's client it asks itself.
            endpoints = [new FlexDirectEndpoint("127.0.0.1", own.Port)];
        }
        else if (endpoints.Count == 0)
        {
            call.Complain("Error: no servers are configured in " + path);
            return null;
        }

        List<FlexDirectDaemon> daemons = [];
        foreach (FlexDirectEndpoint endpoint in endpoints)
        {
            if (!quiet)
            {
                call.Complain(Stamp(call, "INFO") + "Query server " + endpoint + " to claim host id: " + StableGuid.From("flexdirect:" + call.Guest.HostName));
            }

            if ((endpoint.Dial(call.Guest, out FlexDirectDaemon? daemon) ?? (daemon!.Guest.State<FlexDirectState>().IsLicensed ? null : "the server is not licensed")) is { } trouble)
            {
                call.Complain(Stamp(call, "WARN") + "Error contacting server " + endpoint + " to verify client id: Get https://" + endpoint + "/claim_id: " + trouble);
            }
            else
            {
                daemons.Add(daemon!);
            }
        }

        if (daemons.Count == 0)
        {
            call.Complain("Error: none of the servers responded correctly to client id claim requests.");
            return null;
        }

        return daemons;
    }

    private static int List(GuestCall call)
    {
        if (Reach(call) is not { } daemons)
        {
            return 1;
        }

        for (int i = 0; i < daemons.Count; i++)
        {
            FlexDirectDaemon daemon = daemons[i];
            call.Say("- server " + Text(i) + " [" + daemon.Guest.Address + ":" + Text(daemon.Port) + "]: running " + Text(daemon.Tasks) + " tasks");
            foreach (FlexDirectGpuShare gpu in daemon.Gpus)
            {
                call.Say("   |- GPU " + Text(gpu.Index) + ": " + gpu.Name + ", free memory " + Text(gpu.TotalMB - gpu.UsedMB) + " MiB / " + Text(gpu.TotalMB) + " MiB");
            }
        }

        return 0;
    }

    private static async Task<int> SmiAsync(GuestCall call)
    {
        if (call.Locked(() => Reach(call)) is not { } daemons)
        {
            return 1;
        }

        int status = 0;
        foreach (FlexDirectDaemon daemon in daemons)
        {
            status = Math.Max(status, await RemoteSmiAsync(call, daemon, string.Join(",", daemon.Gpus.Select(gpu => Text(gpu.Index))), []).ConfigureAwait(false));
        }

        return status;
    }

    private static async Task<int> RunAsync(GuestCall call, bool isLocal)
    {
        if (Request(call, isLocal, out FlexDirectOrder? order) is { } wrong)
        {
            return call.Fail(wrong);
        }

        if (call.Locked(() => Grant(call, isLocal, order!)) is not { } grant)
        {
            return 1;
        }

        // NVIDIA's tool is answered by the GPU that was given, wherever the caller is; other programs run here and compute there.
        return order!.Words[0].Split('/').Last() == "nvidia-smi"
            ? await RemoteSmiAsync(call, grant.Daemon, grant.Indices, order.Words.Skip(1)).ConfigureAwait(false)
            : await call.RunAsync(order.Words).ConfigureAwait(false);
    }

    private static FlexDirectGrant? Grant(GuestCall call, bool isLocal, FlexDirectOrder order)
    {
        IReadOnlyList<FlexDirectDaemon>? daemons = isLocal ? Own(call) : Reach(call);
        if (daemons is null)
        {
            return null;
        }

        FlexDirectGrant? grant = daemons.Select(daemon => daemon.Take(order.Count, order.MemoryMB, order.Part)).FirstOrDefault(one => one is not null);
        if (grant is null)
        {
            call.Complain("Error: not enough GPU memory or GPUs on any server for " + Text(order.Count) + " x " + (order.MemoryMB is { } memory ? Text(memory) + " MiB" : order.Part.ToString(CultureInfo.InvariantCulture)));
            return null;
        }

        call.Process.AtEnd(grant.Release);
        return grant;
    }

    // Without a scheduler of its own the GPUs of the guest are nobody's, and a program may have them.
    private static IReadOnlyList<FlexDirectDaemon>? Own(GuestCall call)
    {
        if (Unlicensed(call) is { } refused)
        {
            call.Complain(refused);
            return null;
        }

        if (State(call).Daemons.Count > 0)
        {
            return State(call).Daemons;
        }

        IReadOnlyList<FlexDirectGpuShare> gpus = GpusOf(call.Guest);
        if (gpus.Count == 0)
        {
            call.Complain("Error: no CUDA capable GPU was found");
            return null;
        }

        return [new FlexDirectDaemon(call.Guest, "127.0.0.1", 0, gpus)];
    }

    private static Task<int> RemoteSmiAsync(GuestCall call, FlexDirectDaemon daemon, string indices, IEnumerable<string> arguments)
    {
        Dictionary<string, string> environment = call.Environment.ToDictionary(pair => pair.Key, pair => pair.Value);
        environment["CUDA_VISIBLE_DEVICES"] = indices;
        return new GuestSystem(daemon.Guest, daemon.Guest.Root).RunAsync(["nvidia-smi", .. arguments], call.Process, environment, "/", call.Io);
    }

    private static int Health(GuestCall call)
    {
        call.Say(call.Guest.HostName + ":");
        bool isLicensed = Check(call, Unlicensed(call) is null, "License", "not licensed");
        if (!isLicensed || Reach(call, quiet: true) is not { } daemons)
        {
            Check(call, false, "Servers", "none responded");
            return 1;
        }

        foreach (FlexDirectDaemon daemon in daemons)
        {
            Check(call, true, "Server " + daemon.Guest.Address + ":" + Text(daemon.Port) + " with " + Text(daemon.Gpus.Count) + " GPUs", string.Empty);
        }

        return 0;
    }

    private static int LocalHealth(GuestCall call)
    {
        call.Say(call.Guest.HostName + ":");
        bool isSound = Check(call, Unlicensed(call) is null, "License", "not licensed");
        isSound &= Check(call, call.Guest.Modules.Contains("nvidia"), "NVIDIA driver", "not loaded");
        isSound &= Check(call, GpusOf(call.Guest).Count > 0, "GPUs", "none found");
        isSound &= Check(call, State(call).Daemons.Any(daemon => daemon.IsReady), "Resource scheduler", "not running");
        return isSound ? 0 : 1;
    }

    private static bool Check(GuestCall call, bool holds, string what, string otherwise)
    {
        call.Say((holds ? "[PASS] " : "[FAIL] ") + what + (holds ? string.Empty : ": " + otherwise));
        return holds;
    }

    private static string? Request(GuestCall call, bool isLocal, out FlexDirectOrder? order)
    {
        order = null;

        // Whether the number may be left out is UNCONFIRMED; the guide and public texts always give it.
        int? count = isLocal ? 1 : null;
        int? memory = null;
        double part = 1;
        int at = 1;
        for (; at < call.Arguments.Count && call.Arguments[at].StartsWith("-", StringComparison.Ordinal); at += 2)
        {
            string option = call.Arguments[at];
            if (option == "--")
            {
                at++;
                break;
            }

            string? value = at + 1 < call.Arguments.Count ? call.Arguments[at + 1] : null;
            switch (option)
            {
                case "-n" when !isLocal && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0:
                    count = number;
                    break;
                case "-m" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0:
                    memory = size;
                    break;
                case "-p" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1:
                    part = share;
                    break;
                default:
                    return "Error: invalid argument \"" + option + " " + value + "\" for \"" + call.Name + " " + call.Arguments[0] + "\"";
            }
        }

        string[] words = [.. call.Arguments.Skip(at)];
        if (words.Length == 0)
        {
            return "Error: no application was named";
        }

        if (count is null)
        {
            return "Error: required flag \"-n\" not set for \"" + call.Name + " " + call.Arguments[0] + "\"";
        }

        order = new FlexDirectOrder(count.Value, memory, part, words);
        return null;
    }

    private static string? Option(GuestCall call, string name)
    {
        int at = call.Arguments.ToList().IndexOf(name);
        return at >= 0 && at + 1 < call.Arguments.Count ? call.Arguments[at + 1] : null;
    }

    private static string Stamp(GuestCall call, string level) => "[" + level + "] " + call.Guest.Inventory.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) + " ";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
