using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml;
using GpuVSphere.State;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// The journal of changes: one XML file per change in the folder <c>changes</c> of the state directory. It holds what was intended, the
/// values before and what the change owns, and no secret.
/// </summary>
public sealed class ChangeJournal
{
    private const string Extension = ".xml";

    private readonly string _folder;

    /// <summary>Opens the journal. Nothing is written before a change begins.</summary>
    /// <param name="stateDirectory">The state directory, as <see cref="StateDirectory.Resolve()"/> gives it; it need not exist.</param>
    public ChangeJournal(string stateDirectory) => _folder = Path.Combine(stateDirectory, "changes");

    /// <summary>Reads all changes. A damaged file is reported and does not hide the others.</summary>
    public JournalListing List()
    {
        List<JournalEntry> entries = [];
        List<GpuVSphereException> problems = [];
        foreach (string path in Files())
        {
            try
            {
                if (Read(path) is { } entry)
                {
                    entries.Add(entry);
                }
            }
            catch (GpuVSphereException problem)
            {
                problems.Add(problem);
            }
        }

        return new JournalListing(entries.OrderByDescending(entry => entry.StartedAt).ToArray(), problems);
    }

    /// <summary>Finds one change.</summary>
    /// <param name="id">Its id, or the beginning of it.</param>
    /// <exception cref="GpuVSphereException">ChangeNotFound; AmbiguousName: several begin so; JournalDamaged: its file cannot be read.</exception>
    public JournalEntry Get(string id)
    {
        string wanted = id.Trim();
        string[] files = Files().Where(path => wanted.Length > 0 && IdOf(path).StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToArray();
        string[] exact = files.Where(path => string.Equals(IdOf(path), wanted, StringComparison.OrdinalIgnoreCase)).ToArray();
        files = exact.Length == 1 ? exact : files;
        if (files.Length > 1)
        {
            throw new GpuVSphereException(
                "AmbiguousName",
                GpuErrorCategory.AmbiguousName,
                $"Several changes have an id that begins with '{wanted}': {string.Join(", ", files.Select(IdOf))}.",
                wanted,
                "Give more of the id.");
        }

        return (files.Length == 1 ? Read(files[0]) : null) ?? throw new GpuVSphereException(
            "ChangeNotFound",
            GpuErrorCategory.ObjectNotFound,
            $"There is no change '{wanted}' in the journal {_folder}.",
            wanted,
            $"Get-GpuChange lists them; {StateDirectory.Variable} says which journal is read.");
    }

    /// <summary>Begins the entry of a new change, and holds it until the record is disposed.</summary>
    /// <exception cref="GpuVSphereException">JournalNotWritable.</exception>
    internal JournalRecord Begin(ChangePlan plan, IReadOnlyList<JournalHost> hosts, DateTimeOffset now)
    {
        string id = plan.Id.ToString("N").Substring(0, 8);
        while (File.Exists(PathOf(id)))
        {
            // The same plan a second time, or one chance in four thousand million.
            id = Guid.NewGuid().ToString("N").Substring(0, 8);
        }

        JournalEntry entry = new()
        {
            Id = id,
            Intent = plan.Intent,
            StartedAt = now,
            State = JournalState.Running,
            Hosts = hosts,
            Owner = JournalOwner.ThisProcess(now),
            Path = PathOf(id),
        };
        return Open(entry);
    }

    /// <summary>Takes up an entry again, and holds it until the record is disposed.</summary>
    /// <exception cref="GpuVSphereException">ChangeRunning: another process works on it; JournalNotWritable.</exception>
    internal JournalRecord Continue(string id, bool isUndo, DateTimeOffset now) => Open(Get(id) with
    {
        State = JournalState.Running,
        FinishedAt = null,
        IsUndo = isUndo,
        Owner = JournalOwner.ThisProcess(now),
    });

    /// <summary>The id of the change that told a host to reboot and has not seen it come back: none when a later change worked on the host.</summary>
    internal static string? RebooterOf(VimObjectId host, IReadOnlyList<JournalEntry> newestFirst)
    {
        JournalEntry? last = newestFirst.FirstOrDefault(entry => entry.Hosts.Any(known => known.Target.Id == host && known.Step != HostStep.NotStarted));
        return last?.Hosts.Any(known => known.Target.Id == host && known.Step == HostStep.Rebooting) == true ? last.Id : null;
    }

    /// <summary>The newest change that put a host into maintenance mode, and was stopped or failed before it left it; null when there is none.</summary>
    internal static JournalEntry? HolderOf(VimObjectId host, IReadOnlyList<JournalEntry> newestFirst) => newestFirst
        .FirstOrDefault(entry => entry is { State: JournalState.Interrupted or JournalState.Failed } && entry.Hosts.Any(known => known.Target.Id == host && known.OwnsMaintenanceMode));

    private static string IdOf(string path) => Path.GetFileNameWithoutExtension(path);

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");

    private static JournalRecord Open(JournalEntry entry)
    {
        FileStream? hold;
        try
        {
            hold = StateFiles.TryLock(LockOf(entry.Path));
            if (hold is not null)
            {
                Save(entry);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException(
                "JournalNotWritable",
                GpuErrorCategory.PermissionDenied,
                $"The journal cannot be written, so nothing was changed: {failure.Message}",
                entry.Path,
                $"Make the folder writable, or set {StateDirectory.Variable} to one that is.",
                failure);
        }

        return hold is not null ? new JournalRecord(entry, hold, Save) : throw new GpuVSphereException(
            "ChangeRunning",
            GpuErrorCategory.ResourceBusy,
            $"Change {entry.Id} is being worked on by another process.",
            entry.Id,
            "Wait until it is finished; Get-GpuChange shows how far it is.");
    }

    private static void Save(JournalEntry entry) => StateFiles.WriteAtomically(entry.Path, stream => JournalXml.Write(entry, stream));

    private static JournalEntry? Read(string path)
    {
        JournalEntry entry;
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            entry = JournalXml.Read(stream, path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is XmlException or FormatException or OverflowException or IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException(
                "JournalDamaged",
                GpuErrorCategory.InvalidData,
                $"The journal file {path} cannot be read: {failure.Message}",
                path,
                "Look into the file: it says in words what the change owned. Then delete it or move it away.",
                failure);
        }

        return entry.State == JournalState.Running && !IsHeld(path) ? entry with { State = JournalState.Interrupted } : entry;
    }

    private static bool IsHeld(string path)
    {
        string lockFile = LockOf(path);
        if (!File.Exists(lockFile))
        {
            return false;
        }

        try
        {
            using FileStream? hold = StateFiles.TryLock(lockFile);
            return hold is null;
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else's change in a shared folder: better to call it running than to offer to take it over.
            return true;
        }
    }

    private string PathOf(string id) => Path.Combine(_folder, id + Extension);

    private IEnumerable<string> Files() =>
        Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*" + Extension).Where(path => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)) : [];
}
