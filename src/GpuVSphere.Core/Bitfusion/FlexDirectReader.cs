using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Bitfusion;

/// <summary>Asks FlexDirect in a guest: GPUs, servers, health; and runs programs with it.</summary>
public static class FlexDirectReader
{
    /// <summary>What the product is told of once in a session: that nobody maintains it any more.</summary>
    public const string EndOfLife =
        "Bitfusion FlexDirect is at the end of its life: it gets no more fixes, and new GPUs, drivers and CUDA releases are not supported. Passthrough, vGPU or MIG are the ways for new work (Get-GpuMethodRecommendation).";

    private static readonly string[] s_lineEnds = ["\r\n", "\n"];

    /// <summary>Asks the guests of VMs something, side by side. One that cannot be asked does not stop the others.</summary>
    /// <param name="context">Sessions and the way into the guests.</param>
    /// <param name="vms">The VMs, each once.</param>
    /// <param name="ask">Asks one guest, whose shell is closed behind it. Called for several at the same time.</param>
    /// <param name="failed">Takes why a guest could not be asked, after the others were.</param>
    /// <param name="cancellationToken">Ends what is being asked.</param>
    /// <exception cref="GpuVSphereException">GuestShellMissing: no way into guests was given. None of the servers answers: the error of the first.</exception>
    public static async Task AskAsync(
        OperationContext context, IReadOnlyList<PlanTarget> vms, Func<PlanTarget, IGuestShell, CancellationToken, Task> ask, Action<PlanTarget, GpuVSphereException> failed, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestAnswer<PlanTarget>> answers = await GuestWork.ForEachAsync(
            context,
            [.. vms.Select(vm => new IntentTarget(vm, new Dictionary<string, string>()))],
            new GuestChangeOptions().MaxParallel,
            async (subject, stop) =>
            {
                await ask(subject.Target, subject.Shell, stop).ConfigureAwait(false);
                return subject.Target;
            },
            cancellationToken).ConfigureAwait(false);
        foreach (GuestAnswer<PlanTarget> answer in answers)
        {
            if (answer.Error is { } error)
            {
                failed(answer.Target, error);
            }
        }
    }

    /// <summary>The GPUs that a guest can use through FlexDirect (<c>list_gpus</c>).</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="shell">Its guest.</param>
    /// <param name="warn">Takes what is amiss although there is an answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The GPUs; one with nothing but the text when none could be made out.</returns>
    /// <exception cref="GpuVSphereException">FlexDirectMissing, FlexDirectNotLicensed, FlexDirectServerUnreachable, FlexDirectSchedulerDown, FlexDirectServerUnknown, FlexDirectNoServers, FlexDirectServersConf, FlexDirectFailed, and those of the shell.</exception>
    public static async Task<IReadOnlyList<FlexDirectGpu>> ReadGpusAsync(PlanTarget vm, IGuestShell shell, Action<string> warn, CancellationToken cancellationToken)
    {
        string text = await AskAsync(vm, shell, "list_gpus", warn, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<FlexDirectGpuLine> lines = FlexDirectText.ReadGpus(text);
        if (lines.Count == 0)
        {
            return [NotUnderstood(vm, text, "list_gpus", warn)];
        }

        return [.. lines.Select(line => new FlexDirectGpu
        {
            VmId = vm.Id,
            VmName = vm.Name,
            ServerName = vm.ServerName,
            ServerAddress = line.Server,
            Index = line.Index,
            Name = line.Name,
            MemoryMB = line.MemoryMB,
            FreeMemoryMB = line.FreeMemoryMB,
            Text = line.Text,
        })];
    }

    /// <summary>The GPUs as FlexDirect's own view of nvidia-smi shows them (<c>smi</c>).</summary>
    /// <inheritdoc cref="ReadGpusAsync"/>
    public static async Task<IReadOnlyList<FlexDirectGpu>> ReadSmiAsync(PlanTarget vm, IGuestShell shell, Action<string> warn, CancellationToken cancellationToken)
    {
        string text = await AskAsync(vm, shell, "smi", warn, cancellationToken).ConfigureAwait(false);
        FlexDirectGpu[] gpus = [.. Tables(text).SelectMany(table => ReadTable(table).Select(gpu => new FlexDirectGpu
        {
            VmId = vm.Id,
            VmName = vm.Name,
            ServerName = vm.ServerName,
            Index = gpu.Index,
            Name = gpu.Name,
            MemoryMB = gpu.MemoryTotalMB,
            FreeMemoryMB = gpu.MemoryTotalMB - gpu.MemoryUsedMB,
            DriverVersion = gpu.DriverVersion,
            Text = table,
        }))];
        return gpus.Length > 0 ? gpus : [NotUnderstood(vm, text, "smi", warn)];
    }

    /// <summary>The servers that a guest is told to use.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="shell">Its guest.</param>
    /// <param name="path">The file; null for the one that its program reads.</param>
    /// <param name="warn">Takes what is amiss although there is an answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">FlexDirectNeedsLinux, GuestFileFailed, and those of the shell.</exception>
    public static async Task<IReadOnlyList<FlexDirectServer>> ReadServersAsync(PlanTarget vm, IGuestShell shell, string? path, Action<string> warn, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(shell, vm.Name);
        guest.RequireLinux();
        FlexDirectProgram? program = path is null ? await guest.FindAsync(cancellationToken).ConfigureAwait(false) : null;
        (string file, string? text) = await guest.ReadServersAsync(program, path, cancellationToken).ConfigureAwait(false);
        if (text is null)
        {
            warn($"{vm.Name} has no {file}: it is told of no FlexDirect server. Set-FlexDirectServer -VM {Typed.Name(vm.Name)} -Address <server> tells it of one.");
            return [];
        }

        ServersConf conf = ServersConf.Read(text);
        if (conf.Problem is { } problem)
        {
            warn($"{file} of {vm.Name} is not understood: {problem}.");
        }

        return [.. conf.Servers.Select(server =>
        {
            FlexDirectAddress? first = server.Addresses.FirstOrDefault();
            if (first is null)
            {
                warn($"{file} of {vm.Name} has '{server.Wrong}', which is not the address of a server.");
            }

            return new FlexDirectServer
            {
                VmId = vm.Id,
                VmName = vm.Name,
                ServerName = vm.ServerName,
                ServerAddress = first?.Host,
                Port = first is null ? null : first.Port ?? FlexDirectAddress.DefaultPort,
                HasPort = first?.Port is not null,
                OtherAddresses = [.. server.Addresses.Skip(1).Select(address => address.ToString())],
                Form = conf.Form,
                Path = file,
                Text = string.Join("\n", server.Lines),
            };
        })];
    }

    /// <summary>The resource schedulers that run in a guest, whoever started them.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="shell">Its guest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One for each; what one that we did not start gives out is not known, since it says that only once.</returns>
    /// <exception cref="GpuVSphereException">FlexDirectNeedsLinux, and those of the shell.</exception>
    public static async Task<IReadOnlyList<FlexDirectScheduler>> ReadSchedulersAsync(PlanTarget vm, IGuestShell shell, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(shell, vm.Name);
        guest.RequireLinux();
        List<FlexDirectScheduler> schedulers = [];
        foreach (SchedulerProcess process in await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false))
        {
            string? log = await guest.ReadLogAsync(process.Port, cancellationToken).ConfigureAwait(false);
            SchedulerReport? report = FlexDirectText.ReadScheduler(log ?? string.Empty);
            bool isOurs = SchedulerUnit.IsOurs(await guest.ReadUnitAsync(process.Port, cancellationToken).ConfigureAwait(false))
                && await guest.IsServiceActiveAsync(process.Port, cancellationToken).ConfigureAwait(false);
            schedulers.Add(new FlexDirectScheduler
            {
                VmId = vm.Id,
                VmName = vm.Name,
                ServerName = vm.ServerName,
                ListenAddress = report?.ListenAddress,
                Port = process.Port,
                GpuCount = report?.GpuCount,
                Devices = [.. report?.Devices ?? []],
                MemoryMB = report?.MemoryMB,
                Service = isOurs ? SchedulerUnit.NameFor(process.Port) : null,
                ProcessId = process.Id,
                Text = report?.Text ?? log,
            });
        }

        return schedulers;
    }

    /// <summary>The health checks of FlexDirect in a guest.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="shell">Its guest.</param>
    /// <param name="role">As what it is checked; null for what it is found to be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">FlexDirectNeedsLinux, FlexDirectMissing, and those of the shell. What is wrong with FlexDirect itself is a failed check.</exception>
    public static async Task<IReadOnlyList<FlexDirectHealthCheck>> ReadHealthAsync(PlanTarget vm, IGuestShell shell, FlexDirectRole? role, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(shell, vm.Name);
        FlexDirectProgram program = await guest.RequireAsync(cancellationToken).ConfigureAwait(false);
        List<FlexDirectHealthCheck> checks = [];
        bool isServer = role == FlexDirectRole.Server
            || (role is null && ((await guest.ReadSchedulersAsync(cancellationToken).ConfigureAwait(false)).Count > 0 || (await guest.ListGpusAsync(cancellationToken).ConfigureAwait(false)).Indices.Count > 0));
        bool isClient = role == FlexDirectRole.Client
            || (role is null && (!isServer || (await guest.ReadServersAsync(program, null, cancellationToken).ConfigureAwait(false)).Text is { } text && ServersConf.Read(text).Servers.Any()));
        if (isServer)
        {
            checks.AddRange(await ReportAsync(vm, guest, program, "localhealth", cancellationToken).ConfigureAwait(false));
        }

        if (isClient)
        {
            checks.AddRange(await ReportAsync(vm, guest, program, "health", cancellationToken).ConfigureAwait(false));
        }

        return checks;
    }

    /// <summary>Runs a program with GPUs of FlexDirect and waits for its end.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="shell">Its guest.</param>
    /// <param name="request">What is to be run.</param>
    /// <param name="line">Takes lines of its output and errors as they come, from any thread.</param>
    /// <param name="cancellationToken">Ends the program in the guest.</param>
    /// <returns>
    /// What became of it, whatever its exit code. What kept FlexDirect from running it is in <see cref="FlexDirectRun.Refusal"/>: FlexDirectNotLicensed,
    /// FlexDirectServerUnreachable, FlexDirectSchedulerDown, FlexDirectServerUnknown, FlexDirectNoServers, FlexDirectServersConf, FlexDirectNoRoom.
    /// </returns>
    /// <exception cref="GpuVSphereException">
    /// FlexDirectNeedsLinux, FlexDirectMissing; FlexDirectRunTimeout, a <see cref="FlexDirectRunTimeoutException"/>: the time limit was over, and the program was ended; and those of the shell.
    /// </exception>
    public static async Task<FlexDirectRun> RunAsync(PlanTarget vm, IGuestShell shell, FlexDirectRunRequest request, Action<string>? line, CancellationToken cancellationToken)
    {
        request.Check();
        FlexDirectProgram program = await new FlexDirectGuest(shell, vm.Name).RequireAsync(cancellationToken).ConfigureAwait(false);
        string commandLine = request.CommandLine(program);
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            ShellResult result = await shell.RunAsync(new GuestCommand(commandLine) { Timeout = request.TimeLimit, OnOutput = line, KeepsLanguage = true }, cancellationToken).ConfigureAwait(false);
            return Run(result.ExitCode, result.Output, result.Error) with { Refusal = FlexDirectTrouble.Explain(result, vm.Name) };
        }
        catch (GpuVSphereException error) when (error.Id == "GuestCommandTimeout" && request.TimeLimit is not null)
        {
            GuestCommandTimeoutException? ended = error as GuestCommandTimeoutException;
            throw new FlexDirectRunTimeoutException(
                request.Program, request.TimeLimit.Value, Run(null, ended?.Output ?? string.Empty, ended?.ErrorOutput ?? string.Empty) with { IsTimedOut = true }, error);
        }

        FlexDirectRun Run(int? exitCode, string output, string errors) => new()
        {
            VmId = vm.Id,
            VmName = vm.Name,
            ServerName = vm.ServerName,
            CommandLine = commandLine,
            ExitCode = exitCode,
            Output = Lines(output),
            ErrorOutput = Lines(errors),
            Duration = watch.Elapsed,
        };
    }

    private static async Task<string> AskAsync(PlanTarget vm, IGuestShell shell, string command, Action<string> warn, CancellationToken cancellationToken)
    {
        FlexDirectGuest guest = new(shell, vm.Name);
        FlexDirectProgram program = await guest.RequireAsync(cancellationToken).ConfigureAwait(false);
        ShellResult result = await guest.AskAsync(program, command, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw FlexDirectTrouble.Failed(result, program.Name + " " + command, vm.Name);
        }

        // One server of several that is away leaves the others' GPUs.
        foreach (HealthLine trouble in FlexDirectText.ReadHealth(result.Error).Where(one => one.Status != FlexDirectHealthStatus.Passed))
        {
            warn($"{vm.Name}: {trouble.Check}{(trouble.Detail is { } detail ? $" ({detail})" : string.Empty)}");
        }

        return result.Output;
    }

    private static async Task<IEnumerable<FlexDirectHealthCheck>> ReportAsync(PlanTarget vm, FlexDirectGuest guest, FlexDirectProgram program, string report, CancellationToken cancellationToken)
    {
        ShellResult result = await guest.AskAsync(program, report, cancellationToken).ConfigureAwait(false);
        string text = result.Output + "\n" + result.Error;
        List<HealthLine> lines = [.. FlexDirectText.Join(FlexDirectText.ReadHealth(text), result.ExitCode != 0)];
        GpuVSphereException? trouble = FlexDirectTrouble.Explain(result, vm.Name);
        if (!lines.Any(line => line.Status == FlexDirectHealthStatus.Failed) && result.ExitCode != 0)
        {
            lines.Add(new HealthLine(null, "exit code of " + report, FlexDirectHealthStatus.Failed, result.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture), text.Trim()));
        }
        else if (lines.Count == 0)
        {
            lines.Add(new HealthLine(null, report, FlexDirectHealthStatus.Unknown, "its report is not understood; the text has it as it came", text.Trim()));
        }

        return lines.Select(line => new FlexDirectHealthCheck
        {
            VmId = vm.Id,
            VmName = vm.Name,
            ServerName = vm.ServerName,
            Report = report,
            Node = line.Node,
            Check = line.Check,
            Status = line.Status,
            Detail = !line.IsOwnError || trouble?.NextStep is not { } nextStep ? line.Detail : line.Detail is { } said ? said.TrimEnd('.') + ". " + nextStep : nextStep,
            Text = line.Text,
        });
    }

    // Each server has a table of its own.
    private static IEnumerable<string> Tables(string text)
    {
        List<string> table = [];
        foreach (string line in Lines(text))
        {
            if (line.IndexOf("NVIDIA-SMI", StringComparison.Ordinal) >= 0 && table.Exists(earlier => earlier.IndexOf("NVIDIA-SMI", StringComparison.Ordinal) >= 0))
            {
                yield return string.Join("\n", table);
                table.Clear();
            }

            table.Add(line);
        }

        yield return string.Join("\n", table);
    }

    private static IReadOnlyList<NvidiaSmiGpu> ReadTable(string text)
    {
        try
        {
            return NvidiaSmiText.Read(text).Gpus;
        }
        catch (GpuVSphereException)
        {
            // Its form is not known; it is no fault when it is another one.
            return [];
        }
    }

    private static FlexDirectGpu NotUnderstood(PlanTarget vm, string text, string command, Action<string> warn)
    {
        warn($"What {command} says on {vm.Name} names no GPU that could be made out; Text has it as it came.");
        return new FlexDirectGpu { VmId = vm.Id, VmName = vm.Name, ServerName = vm.ServerName, Text = text.Trim() };
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n', '\r').Split(s_lineEnds, StringSplitOptions.None);
}
