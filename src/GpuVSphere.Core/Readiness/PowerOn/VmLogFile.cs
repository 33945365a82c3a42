using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>The vmware.log of a VM, on its datastore.</summary>
public static class VmLogFile
{
    /// <summary>Its name in the VM's folder.</summary>
    public const string Name = "vmware.log";

    /// <summary>The bytes of the log that the last power-on wrote.</summary>
    /// <param name="session">The server.</param>
    /// <param name="vm">The VM as it was read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">LogNotFound: the server does not say where it is. DatastoreFileNotFound: it is not there. Others: it may not be read.</exception>
    public static async Task<Stream> OpenAsync(VimSession session, GpuVm vm, CancellationToken cancellationToken)
    {
        if (vm.LogDirectory is not { Length: > 0 } directory)
        {
            throw new GpuVSphereException(
                "LogNotFound", GpuErrorCategory.ObjectNotFound, $"{vm.Name} does not tell where its log is.", vm.Name, "Check that its files can be reached on the datastore.");
        }

        string datacenter = session.IsVCenter
            ? await session.FindDatacenterPathAsync(vm.Id.Reference, cancellationToken).ConfigureAwait(false)
            : "ha-datacenter";
        return await session.OpenReadAsync(datacenter, DatastorePath.Parse(directory).Combine(Name), cancellationToken).ConfigureAwait(false);
    }
}
