using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Lists the files of datastores.</summary>
internal sealed class HostDatastoreBrowser(MoRef reference, SimulatedInventory inventory, Func<IReadOnlyList<Datastore>> datastores) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["datastore", "supportedType"];

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name == "datastore" ? Wire.References(datastores()) : null;

    protected override object? Invoke(MethodCall call)
    {
        if (call.Method is not ("SearchDatastore_Task" or "SearchDatastoreSubFolders_Task"))
        {
            throw Faults.MethodNotFound(call, Reference);
        }

        string text = call.Arguments.RequiredText("datastorePath");
        DataObject? spec = call.Arguments.Object("searchSpec");
        Match match = Regex.Match(text, @"^\[(?<ds>[^\]]+)\]\s*(?<path>.*)$");
        Datastore? datastore = match.Success ? datastores().FirstOrDefault(d => d.Name == match.Groups["ds"].Value) : null;
        if (datastore is not null)
        {
            Privileges.Require(call.Session, datastore.Reference, "Datastore.Browse");
        }

        bool deep = call.Method == "SearchDatastoreSubFolders_Task";
        return StartTask(call, deep ? "HostDatastoreBrowser.searchSubFolders" : "HostDatastoreBrowser.search", _ =>
        {
            lock (Inventory.Gate)
            {
                if (datastore is null)
                {
                    throw new SimulatedFault("InvalidDatastore", "Invalid datastore path '" + text + "'.", "types-more.txt: SearchDatastore_Task, InvalidDatastore");
                }

                string directory = match.Groups["path"].Value.Trim().Trim('/');
                if (!datastore.HasDirectory(directory))
                {
                    SimulatedFault fault = new("FileNotFound", "File " + text + " was not found.", "types-more.txt: SearchDatastore_Task, FileNotFound");
                    fault.Detail.With("file", text);
                    throw fault;
                }

                List<object> results = [Results(datastore, directory, spec)];
                if (deep)
                {
                    results.AddRange(Below(datastore, directory).Select(d => Results(datastore, d, spec)));
                }

                return Task.FromResult<object?>(deep ? results : results[0]);
            }
        });
    }

    private static IEnumerable<string> Below(Datastore datastore, string directory) =>
        datastore.DirectoriesIn(directory).Select(d => directory.Length == 0 ? d : directory + "/" + d).SelectMany(d => new[] { d }.Concat(Below(datastore, d)));

    private static DataObject Results(Datastore datastore, string directory, DataObject? spec)
    {
        List<Regex> patterns = (spec?.Texts("matchPattern") ?? [])
            .Select(p => new Regex("^" + Regex.Escape(p).Replace(@"\*", ".*").Replace(@"\?", ".") + "$", RegexOptions.IgnoreCase)).ToList();
        bool details = spec?.Object("details") is not null;
        IEnumerable<object> files = datastore.FilesIn(directory)
            .Select(file => (file, name: file.Path.Substring(file.Path.LastIndexOf('/') + 1)))
            .Where(f => patterns.Count == 0 || patterns.Any(p => p.IsMatch(f.name)))
            .Select(f => Wire.Of("FileInfo").With("path", f.name).With("fileSize", details ? f.file.Size : null).With("modification", details ? f.file.Modified : null));
        IEnumerable<object> folders = datastore.DirectoriesIn(directory).Where(d => patterns.Count == 0 || patterns.Any(p => p.IsMatch(d))).Select(d => Wire.Of("FolderFileInfo").With("path", d));
        return Wire.Of("HostDatastoreBrowserSearchResults")
            .With("datastore", datastore.Reference)
            .With("folderPath", "[" + datastore.Name + "] " + (directory.Length == 0 ? string.Empty : directory + "/"))
            .With("file", Wire.List(folders.Concat(files)));
    }
}
