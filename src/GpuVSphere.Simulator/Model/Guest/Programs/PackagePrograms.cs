using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>apt-get, apt-cache, dnf, yum, dpkg, dpkg-query and rpm, on the packages of <see cref="IGuestPackageSource"/> and the files of <see cref="IGuestPackageFormat"/>.</summary>
internal sealed class PackagePrograms : IGuestProgram
{
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(2);

    public IReadOnlyList<string> Names { get; } = ["apt-get", "apt-cache", "dnf", "yum", "dpkg", "dpkg-query", "rpm"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        if (call.Name is "dpkg" or "dpkg-query" or "rpm")
        {
            return call.Locked(() => Low(call));
        }

        if (call.Name == "apt-cache")
        {
            return call.Locked(() => Policy(call));
        }

        List<string> words = Operands(call);
        string verb = words.FirstOrDefault() ?? string.Empty;
        bool isApt = call.Name == "apt-get";
        if (verb is "list" or "repolist" or "info")
        {
            return call.Locked(() => verb == "list" ? ListOf(call, words) : 0);
        }

        bool isTrial = isApt && call.Has("-s", "--simulate", "--dry-run");
        if (isTrial && verb is "remove" or "purge")
        {
            return call.Locked(() => Remove(call, words.Skip(1).ToList(), isApt, isTrial));
        }

        if (!call.User.IsRoot)
        {
            return call.Fail(isApt
                ? "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?"
                : "Error: This command has to be run with superuser privileges (under the root user on most systems).", isApt ? 100 : 1);
        }

        if (call.Locked(() => call.Guest.State<GuestOrders>().IsPackageManagerBusy))
        {
            return call.Fail(isApt
                ? "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1207 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?"
                : "Waiting for process with pid 1207 to finish.", isApt ? 100 : 1);
        }

        if (!call.Guest.HasInternet && (verb is "update" or "makecache" || (verb is "install" && words.Skip(1).Any(word => word.IndexOf('/') < 0))))
        {
            return call.Fail(isApt
                ? "E: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/jammy/InRelease  Temporary failure resolving 'archive.ubuntu.com'"
                : "Error: Failed to download metadata for repo 'baseos': Cannot prepare internal mirrorlist: Curl error (6): Couldn't resolve host name", isApt ? 100 : 1);
        }

        switch (verb)
        {
            case "update" when isApt:
            case "makecache" or "clean" or "autoclean" or "autoremove" or "check-update":
                call.Say(isApt ? "Reading package lists... Done" : "Metadata cache created.");
                return 0;
            case "upgrade" or "dist-upgrade" or "full-upgrade" or "update":
                call.Say("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.");
                return 0;
            case "install":
                return await InstallAsync(call, words.Skip(1).ToList(), isApt, cancellationToken).ConfigureAwait(false);
            case "remove" or "purge" or "erase":
                return call.Locked(() => Remove(call, words.Skip(1).ToList(), isApt, isTrial: false));
            default:
                return call.Fail((isApt ? "E: Invalid operation " : "No such command: ") + verb, isApt ? 100 : 1);
        }
    }

    /// <summary>Puts a package into a guest with its files, and runs its script.</summary>
    internal static void Put(SimulatedGuest guest, GuestPackage package)
    {
        foreach (string program in package.Programs)
        {
            guest.Files.PutProgram(program);
        }

        foreach (KeyValuePair<string, string> file in package.Files)
        {
            guest.Files.Put(file.Key, file.Value);
        }

        guest.Packages[package.Name] = package;
        package.Installed?.Invoke(guest);
    }

    private static async Task<int> InstallAsync(GuestCall call, List<string> names, bool isApt, CancellationToken cancellationToken)
    {
        List<GuestPackage> wanted = [];
        string? wrong = call.Locked(() => Collect(call, names, wanted, isApt));
        if (wrong is not null)
        {
            return call.Fail(wrong, isApt ? 100 : 1);
        }

        foreach (GuestPackage package in wanted)
        {
            await call.DelayAsync(s_each, cancellationToken).ConfigureAwait(false);
            call.Locked(() =>
            {
                Put(call.Guest, package);
                return true;
            });
            call.Say(isApt ? "Setting up " + package.Name + " (" + package.Version + ") ..." : "  Installing       : " + package.Name + "-" + package.Version + ".x86_64");
        }

        call.Say(isApt ? "Processing triggers for man-db (2.10.2-1) ..." : wanted.Count == 0 ? "Nothing to do." : "Complete!");
        return 0;
    }

    private static string? Collect(GuestCall call, IEnumerable<string> names, List<GuestPackage> wanted, bool isApt)
    {
        SimulatedGuest guest = call.Guest;
        List<GuestPackage> offered = Offered(guest).ToList();
        foreach (string name in names)
        {
            string wish = name.Split('=')[0];
            GuestPackage? package = wish.IndexOf('/') >= 0
                ? FromFile(call, wish)
                : offered.LastOrDefault(one => one.Name == wish) ?? offered.LastOrDefault(one => !isApt && one.Name + "-" + one.Version == wish);
            if (package is null)
            {
                return isApt ? "E: Unable to locate package " + wish : "Error: Unable to find a match: " + wish;
            }

            if ((guest.Packages.TryGetValue(package.Name, out GuestPackage? there) && there.Version == package.Version) || wanted.Any(one => one.Name == package.Name))
            {
                continue;
            }

            if (Collect(call, package.Depends, wanted, isApt) is { } wrong)
            {
                return wrong;
            }

            wanted.Add(package);
        }

        return null;
    }

    private static GuestPackage? FromFile(GuestCall call, string path)
    {
        try
        {
            GuestFile file = call.Guest.Files.Read(call.PathOf(path), call.User);
            return GuestPrograms.All<IGuestPackageFormat>().Select(format => format.Read(ShPath.Name(path), file.Content)).FirstOrDefault(package => package is not null);
        }
        catch (ShError)
        {
            return null;
        }
    }

    // What needs a package that goes, goes with it, as far as that reaches.
    private static int Remove(GuestCall call, List<string> names, bool isApt, bool isTrial)
    {
        SimulatedGuest guest = call.Guest;
        List<string> going = names.SelectMany(name => Matching(guest, name)).Distinct().ToList();
        for (int i = 0; i < going.Count; i++)
        {
            going.AddRange(Needing(guest, going[i]).Except(going).ToList());
        }

        if (going.Count == 0)
        {
            call.Say(isApt ? "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded." : "No packages marked for removal.\nDependencies resolved.\nNothing to do.");
            return 0;
        }

        call.Say(isApt ? "The following packages will be REMOVED:\n  " + string.Join(" ", going) : "Dependencies resolved.");
        foreach (string name in going)
        {
            string version = guest.Packages[name].Version;
            if (isTrial)
            {
                call.Say((call.Has("--purge") || call.Words.Contains("purge") ? "Purg " : "Remv ") + name + " [" + version + "]");
                continue;
            }

            Take(guest, name);
            call.Say(isApt ? "Removing " + name + " (" + version + ") ..." : "  Erasing          : " + name + "-" + version + ".x86_64");
        }

        if (!isApt)
        {
            call.Say("Complete!");
        }

        return 0;
    }

    // A name alone, a pattern, or a name with its architecture.
    private static IEnumerable<string> Matching(SimulatedGuest guest, string name)
    {
        string bare = new[] { ".x86_64", ".noarch", ":amd64" }.Where(end => name.EndsWith(end, StringComparison.Ordinal)).Select(end => name.Substring(0, name.Length - end.Length)).FirstOrDefault() ?? name;
        return guest.Packages.Keys.Where(package => ShPath.Matches(bare, package)).ToList();
    }

    private static IEnumerable<string> Needing(SimulatedGuest guest, string name) => guest.Packages.Values.Where(package => package.Depends.Contains(name)).Select(package => package.Name).ToList();

    private static void Take(SimulatedGuest guest, string name)
    {
        if (guest.Packages.TryGetValue(name, out GuestPackage? package))
        {
            guest.Packages.Remove(name);
            foreach (string path in package.Programs.Concat(package.Files.Keys))
            {
                guest.Files.Remove(path);
            }

            package.Removed?.Invoke(guest);
        }
    }

    private static int Low(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        List<string> words = Operands(call);
        bool isRpm = call.Name == "rpm";
        string options = string.Concat(call.Arguments.Where(word => word.StartsWith("-", StringComparison.Ordinal) && !word.StartsWith("--", StringComparison.Ordinal)));
        if (isRpm ? options.IndexOf('i') >= 0 || options.IndexOf('U') >= 0 : call.Has("-i", "--install"))
        {
            if (isRpm && options.IndexOf('q') >= 0)
            {
                return Query(call, words);
            }

            if (!call.User.IsRoot)
            {
                return call.Fail(isRpm ? "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Permission denied)" : "dpkg: error: requested operation requires superuser privilege", isRpm ? 1 : 2);
            }

            foreach (string path in words)
            {
                if (FromFile(call, path) is not { } package)
                {
                    return call.Fail(isRpm ? "error: " + path + ": not an rpm package (or package manifest)" : "dpkg: error processing archive " + path + " (--install):\n cannot access archive or not a Debian format archive");
                }

                if (package.Depends.FirstOrDefault(need => !guest.Packages.ContainsKey(need)) is { } missing)
                {
                    return call.Fail(isRpm ? "error: Failed dependencies:\n\t" + missing + " is needed by " + package.Name + "-" + package.Version
                        : "dpkg: dependency problems prevent configuration of " + package.Name + ":\n " + package.Name + " depends on " + missing + "; however:\n  Package " + missing + " is not installed.");
                }

                Put(guest, package);
                call.Say(isRpm ? "Updating / installing...\n   1:" + package.Name + "-" + package.Version : "Setting up " + package.Name + " (" + package.Version + ") ...");
            }

            return 0;
        }

        if (isRpm ? options.IndexOf('e') >= 0 : call.Has("-r", "-P", "--remove", "--purge"))
        {
            bool isTest = isRpm && call.Has("--test");
            if (!call.User.IsRoot && !isTest)
            {
                return call.Fail("error: Permission denied");
            }

            List<string> going = words.SelectMany(name => Matching(guest, name)).ToList();
            foreach (string name in words.Where(name => !Matching(guest, name).Any()))
            {
                return call.Fail(isRpm ? "error: package " + name + " is not installed" : "dpkg: warning: ignoring request to remove " + name + " which isn't installed");
            }

            string[] broken = going.SelectMany(name => Needing(guest, name).Except(going).Select(other => (name, other)))
                .Select(pair => isRpm ? "\t" + pair.name + " is needed by (installed) " + pair.other + "-" + guest.Packages[pair.other].Version + ".x86_64" : " " + pair.other + " depends on " + pair.name + ".").ToArray();
            if (broken.Length > 0)
            {
                return call.Fail((isRpm ? "error: Failed dependencies:\n" : "dpkg: dependency problems prevent removal:\n") + string.Join("\n", broken));
            }

            foreach (string name in isTest ? [] : going)
            {
                Take(guest, name);
            }

            return 0;
        }

        return Query(call, words);
    }

    private static int Query(GuestCall call, List<string> words)
    {
        SimulatedGuest guest = call.Guest;
        bool isRpm = call.Name == "rpm";
        int formatAt = call.Arguments.ToList().FindIndex(word => word is "-f" or "--qf" or "--queryformat" || word.StartsWith("-f=", StringComparison.Ordinal) || word.StartsWith("--showformat=", StringComparison.Ordinal));
        string? format = formatAt < 0 ? null : call.Arguments[formatAt].IndexOf('=') > 0 ? call.Arguments[formatAt].Substring(call.Arguments[formatAt].IndexOf('=') + 1) : call.Arguments[formatAt + 1];
        words.Remove(format ?? string.Empty);
        bool all = words.Count == 0;
        int status = 0;
        foreach (string name in all ? guest.Packages.Keys.OrderBy(key => key, StringComparer.Ordinal) : (IEnumerable<string>)words)
        {
            List<GuestPackage> found = guest.Packages.Where(pair => ShPath.Matches(name, pair.Key)).Select(pair => pair.Value).ToList();
            if (found.Count == 0)
            {
                status = isRpm ? Said(call, "package " + name + " is not installed") : call.Fail(call.Has("-s") ? "dpkg-query: package '" + name + "' is not installed and no information is available" : "dpkg-query: no packages found matching " + name);
            }

            foreach (GuestPackage package in found)
            {
                if (format is not null)
                {
                    call.Print(format.Replace("\\n", "\n").Replace("\\t", "\t")
                        .Replace("${Package}", package.Name).Replace("${binary:Package}", package.Name).Replace("${Version}", package.Version).Replace("${Status}", "install ok installed").Replace("${db:Status-Status}", "installed")
                        .Replace("%{NAME}", package.Name).Replace("%{ARCH}", "x86_64").Replace("%{VERSION}", package.Version.Split('-')[0]).Replace("%{RELEASE}", package.Version.IndexOf('-') is int at and > 0 ? package.Version.Substring(at + 1) : "1"));
                }
                else if (isRpm)
                {
                    call.Say(package.Name + "-" + package.Version + ".x86_64");
                }
                else if (call.Has("-s", "--status"))
                {
                    call.Print("Package: " + package.Name + "\nStatus: install ok installed\nVersion: " + package.Version + "\n");
                }
                else
                {
                    call.Say(call.Name == "dpkg" ? "ii  " + package.Name + " " + package.Version + " amd64" : package.Name + "\t" + package.Version);
                }
            }
        }

        return status;
    }

    private static int Said(GuestCall call, string line)
    {
        call.Say(line);
        return 1;
    }

    private static IEnumerable<GuestPackage> Offered(SimulatedGuest guest) => GuestPrograms.All<IGuestPackageSource>().SelectMany(source => source.PackagesFor(guest)).Where(package => !guest.State<GuestOrders>().Withdrawn.Contains(package.Name));

    // apt-cache policy: nothing at all of a name that no repository has.
    private static int Policy(GuestCall call)
    {
        foreach (string name in call.Operands.Skip(1))
        {
            if (Offered(call.Guest).LastOrDefault(package => package.Name == name) is { } offered)
            {
                call.Say(name + ":\n  Installed: " + (call.Guest.Packages.TryGetValue(name, out GuestPackage? there) ? there.Version : "(none)") + "\n  Candidate: " + offered.Version);
            }
        }

        return 0;
    }

    private static int ListOf(GuestCall call, List<string> words)
    {
        if (words.Skip(1).FirstOrDefault() == "available")
        {
            GuestPackage[] found = Offered(call.Guest).Where(package => words.Skip(2).Any(word => ShPath.Matches(word, package.Name)) && !call.Guest.Packages.ContainsKey(package.Name)).ToArray();
            foreach (GuestPackage package in found)
            {
                call.Say(package.Name + ".x86_64  " + package.Version + "  available");
            }

            return found.Length > 0 ? 0 : call.Fail("Error: No matching Packages to list");
        }

        foreach (GuestPackage package in call.Guest.Packages.Values.Where(package => words.Skip(1).All(word => word is "installed" || ShPath.Matches(word, package.Name))))
        {
            call.Say(package.Name + ".x86_64  " + package.Version + "  @baseos");
        }

        return 0;
    }

    // Options that take a word with them are not among what is meant.
    private static List<string> Operands(GuestCall call)
    {
        List<string> operands = [];
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            string word = call.Arguments[i];
            if (word == "-o")
            {
                i++;
            }
            else if (!word.StartsWith("-", StringComparison.Ordinal))
            {
                operands.Add(word);
            }
        }

        return operands;
    }
}
