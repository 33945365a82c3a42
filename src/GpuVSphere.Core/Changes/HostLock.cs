using System;
using System.IO;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using GpuVSphere.State;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// Keeps two runs from changing one host at the same time: a file per host in the folder <c>locks</c> of the state directory. The
/// system frees it when the process ends, so what a dead process held is taken over. Runs with different state directories do not see
/// each other.
/// </summary>
public sealed class HostLock : IDisposable
{
    private readonly FileStream _hold;
    private readonly string _ownerPath;
    private bool _disposed;

    private HostLock(FileStream hold, string ownerPath, JournalOwner? tookOverFrom)
    {
        _hold = hold;
        _ownerPath = ownerPath;
        TookOverFrom = tookOverFrom;
    }

    /// <summary>The process that held the host and ended without letting go, or null.</summary>
    public JournalOwner? TookOverFrom { get; }

    /// <summary>Takes a host.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="host">The host.</param>
    /// <param name="changeId">The change that wants it.</param>
    /// <param name="now">The time.</param>
    /// <returns>The lock; disposing it lets the host go.</returns>
    /// <exception cref="GpuVSphereException">HostLocked: another run holds it; JournalNotWritable: the folder cannot be written.</exception>
    public static HostLock Take(string stateDirectory, PlanTarget host, string changeId, DateTimeOffset now)
    {
        string path = Path.Combine(stateDirectory, "locks", FileName(host.Id));
        string ownerPath = path + ".owner.xml";
        FileStream? hold = null;
        try
        {
            hold = StateFiles.TryLock(path + ".lock");
            (string ChangeId, JournalOwner Owner)? holder = ReadOwner(ownerPath);
            if (hold is null)
            {
                throw new GpuVSphereException(
                    "HostLocked",
                    GpuErrorCategory.ResourceBusy,
                    holder is { } other
                        ? $"{host.Name} is being changed by change {other.ChangeId}, {other.Owner}, since {other.Owner.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."
                        : $"{host.Name} is being changed by another process.",
                    host.Name,
                    holder is { } known ? $"Wait until it is finished: Get-GpuChange -Id {known.ChangeId}" : "Wait until it is finished: Get-GpuChange");
            }

            XElement owner = new("lock", new XAttribute("change", changeId), new XAttribute("host", host.Name), JournalXml.WriteOwner(JournalOwner.ThisProcess(now)));
            StateFiles.WriteAtomically(ownerPath, stream => owner.Save(stream));
            return new HostLock(hold, ownerPath, holder?.Owner);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            hold?.Dispose();
            throw new GpuVSphereException(
                "JournalNotWritable",
                GpuErrorCategory.PermissionDenied,
                $"The lock of {host.Name} cannot be written, so nothing was changed on it: {failure.Message}",
                host.Name,
                $"Make the folder {stateDirectory} writable, or set {StateDirectory.Variable} to one that is.",
                failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            StateFiles.TryDelete(_ownerPath);
            _hold.Dispose();
        }
    }

    private static (string ChangeId, JournalOwner Owner)? ReadOwner(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            XElement root = XElement.Load(stream);
            return (JournalXml.Required(root, "change"), JournalXml.ReadOwner(root.Element("owner")!));
        }
        catch (Exception failure) when (failure is IOException or XmlException or FormatException or NullReferenceException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string FileName(VimObjectId id)
    {
        string text = id.ServerUuid + "_" + id.Reference.Value;
        StringBuilder name = new(text.Length);
        foreach (char character in text)
        {
            name.Append(char.IsLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '_');
        }

        return name.ToString();
    }
}
