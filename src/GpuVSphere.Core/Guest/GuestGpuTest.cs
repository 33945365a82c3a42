using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;

namespace GpuVSphere.Guest;

/// <summary>Looks at the GPUs of guests: devices, driver, nvidia-smi, CUDA and its samples. Changes nothing but what <see cref="GuestGpuTestOptions.BuildSample"/> builds.</summary>
public static class GuestGpuTest
{
    /// <summary>Tests guests side by side.</summary>
    /// <param name="context">Sessions, and the way into the guests.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="options">Where samples are, and whether they are built.</param>
    /// <param name="tell">Takes what is done, with the VM's name.</param>
    /// <param name="cancellationToken">Ends what runs in the guests.</param>
    /// <returns>For each VM its checks, or why its guest could not be asked.</returns>
    /// <exception cref="GpuVSphereException">No server could be read; GuestShellMissing: no way into the guests was given.</exception>
    public static async Task<IReadOnlyList<GuestGpuTestResult>> RunAsync(
        OperationContext context, IReadOnlyList<PlanTarget> vms, GuestGpuTestOptions options, Action<string> tell, CancellationToken cancellationToken)
    {
        IntentTarget[] targets = [.. vms.Select(vm => new IntentTarget(vm, new Dictionary<string, string>()))];
        IReadOnlyList<GuestAnswer<GuestGpuTestResult>> answers = await GuestWork.ForEachAsync(
            context, targets, options.MaxParallel, (subject, stop) => TestAsync(subject, options, tell, stop), cancellationToken).ConfigureAwait(false);
        return [.. answers.Select(answer => answer.Value ?? new GuestGpuTestResult(answer.Target, [], answer.Error))];
    }

    private static async Task<GuestGpuTestResult> TestAsync(GuestSubject subject, GuestGpuTestOptions options, Action<string> tell, CancellationToken cancellationToken)
    {
        VgpuCatalog catalog = VgpuCatalog.InUse;
        GuestGpuState state = await GuestGpuSeed.OfAsync(subject, catalog, cancellationToken).ConfigureAwait(false);
        state = await GuestGpuReader.ReadAsync(subject.Shell, state, cancellationToken).ConfigureAwait(false);
        state = await CudaSampleReader.ReadAsync(subject.Shell, state, options.SamplePath, options.BuildSample, text => tell($"{subject.Name}: {text}"), cancellationToken).ConfigureAwait(false);
        return new GuestGpuTestResult(subject.Target, GuestGpuJudge.Judge(state, catalog), null);
    }
}
