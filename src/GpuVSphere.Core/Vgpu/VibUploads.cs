using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Files of this machine that are brought to datastores for a change, once for all hosts that share one, and taken away afterwards.</summary>
internal sealed class VibUploads(Func<VimObjectId, VimSession> sessionOf)
{
    private static readonly TimeSpan s_cleanUpTime = TimeSpan.FromMinutes(2);

    private readonly Dictionary<(string Source, ManagedObjectReference Datastore), (DatastorePath Path, DatastoreInfo Store)> _there = [];
    private readonly List<(VimSession Session, DatastoreInfo Store, DatastorePath Path)> _ours = [];

    /// <summary>Where a host finds a file that was uploaded.</summary>
    public string PathOnHost(PackageAt package)
    {
        (DatastorePath path, DatastoreInfo store) = _there[(package.Package.Source, package.UploadTo!.Reference)];
        return store.PathOnHost(path);
    }

    /// <summary>Uploads what a host needs. Before anything on the host is touched.</summary>
    /// <exception cref="GpuVSphereException">DatastoreFileRefused, DatastoreFull, DatacenterNotFound.</exception>
    public async Task BringAsync(VimObjectId host, IEnumerable<PackageAt> packages, string activity, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        VimSession session = sessionOf(host);
        foreach (PackageAt package in packages.Where(package => package.UploadTo is not null))
        {
            DatastoreInfo store = package.UploadTo!;
            (string Source, ManagedObjectReference Datastore) key = (package.Package.Source, store.Reference);
            if (_there.ContainsKey(key))
            {
                continue;
            }

            // In the root, where no folder has to be made; under a name that no file there has.
            string name = Path.GetFileName(package.Package.Source);
            DatastorePath path = new(store.Name, "gpuvsphere-" + Guid.NewGuid().ToString("N").Substring(0, 8) + "-" + name);
            string datacenter = await session.FindDatacenterPathAsync(store.Reference, cancellationToken).ConfigureAwait(false);
            feedback.Progress(activity, $"uploading {name} to [{store.Name}]", 0, 0);
            feedback.Verbose($"Uploading {name} to {path}.");
            using FileStream content = new(package.Package.Source, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
            _ours.Add((session, store, path));
            await session.WriteAsync(datacenter, path, content, content.Length, cancellationToken).ConfigureAwait(false);
            _there[key] = (path, store);
        }
    }

    /// <summary>Takes away what was uploaded, also after a failure or a stop.</summary>
    public async Task TakeAwayAsync(IChangeFeedback feedback)
    {
        foreach ((VimSession session, DatastoreInfo store, DatastorePath path) in _ours)
        {
            using CancellationTokenSource limit = new(s_cleanUpTime);
            try
            {
                IReadOnlyList<KeyValuePair<ManagedObjectReference, string>> above = await session.ReadAncestorsAsync(store.Reference, limit.Token).ConfigureAwait(false);
                ManagedObjectReference datacenter = above.Select(pair => pair.Key).FirstOrDefault(reference => reference.Type == "Datacenter");
                await session.DeleteFileAsync(datacenter.IsEmpty ? null : datacenter, path, limit.Token).ConfigureAwait(false);
                feedback.Verbose($"Removed {path}.");
            }
            catch (Exception e) when (e is GpuVSphereException { Id: not "FileNotFound" } or OperationCanceledException)
            {
                feedback.Warning($"{path} was uploaded for this change and could not be removed: {e.Message} Remove it by hand.");
            }
            catch (GpuVSphereException)
            {
                // An upload that did not get so far.
            }
        }

        _ours.Clear();
    }
}
