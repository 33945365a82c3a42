using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Makes the guest of a VM, as it is after the installation of its operating system.</summary>
internal static class GuestFactory
{
    /// <summary>The users of every guest: root, <c>admin</c> (sudo with the password), <c>operator</c> (sudo without one), <c>guest</c> (no sudo). All have this password.</summary>
    public const string Password = SimulatorUser.DefaultPassword;

    private static readonly string[] s_programs =
    [
        "/usr/bin/sh", "/usr/bin/cat", "/usr/bin/ls", "/usr/bin/grep", "/usr/bin/mkdir", "/usr/bin/chmod", "/usr/bin/chown", "/usr/bin/mv", "/usr/bin/cp", "/usr/bin/rm", "/usr/bin/rmdir",
        "/usr/bin/ln", "/usr/bin/touch", "/usr/bin/mktemp", "/usr/bin/uname", "/usr/bin/id", "/usr/bin/whoami", "/usr/bin/hostname", "/usr/bin/sudo", "/usr/bin/ps", "/usr/bin/kill",
        "/usr/bin/pgrep", "/usr/bin/pkill", "/usr/bin/setsid", "/usr/bin/nohup", "/usr/bin/env", "/usr/bin/sleep", "/usr/bin/which", "/usr/bin/head", "/usr/bin/tail", "/usr/bin/wc",
        "/usr/bin/sort", "/usr/bin/uniq", "/usr/bin/cut", "/usr/bin/tr", "/usr/bin/sed", "/usr/bin/tee", "/usr/bin/stat", "/usr/bin/find", "/usr/bin/readlink", "/usr/bin/base64", "/usr/bin/dirname",
        "/usr/bin/basename", "/usr/bin/systemctl", "/usr/sbin/service", "/usr/bin/journalctl", "/usr/bin/dmesg", "/usr/bin/lspci", "/usr/bin/lsmod", "/usr/sbin/modprobe", "/usr/sbin/rmmod", "/usr/bin/mokutil",
        "/usr/sbin/reboot", "/usr/sbin/shutdown", "/usr/bin/date", "/usr/bin/pwd", "/usr/bin/yes", "/usr/bin/true", "/usr/bin/false", "/usr/bin/test", "/usr/bin/echo", "/usr/bin/printf", "/usr/bin/getent", "/usr/bin/install",
        "/usr/bin/timeout", "/usr/bin/sync", "/usr/sbin/depmod", "/usr/bin/curl",
        "/usr/sbin/modinfo", "/usr/sbin/ldconfig", "/usr/bin/df", "/usr/bin/findmnt",
        "/usr/bin/bash", "/usr/bin/sha256sum",
    ];

    public static bool IsWindows(string guestId) => guestId.StartsWith("windows", StringComparison.OrdinalIgnoreCase);

    /// <summary>The VM's address in the guests' network.</summary>
    public static string AddressOf(VirtualMachine vm) => "10.0." + ((Number(vm) >> 8) & 0xff) + "." + (Number(vm) & 0xff);

    public static SimulatedGuest Create(VirtualMachine vm)
    {
        string id = vm.Config.GuestId;
        bool isWindows = IsWindows(id);
        GuestDistribution distribution = id.StartsWith("rhel", StringComparison.Ordinal) ? GuestDistribution.Rhel
            : id.StartsWith("centos", StringComparison.Ordinal) ? GuestDistribution.CentOs7
            : GuestDistribution.Ubuntu;
        SimulatedGuest guest = new(vm, isWindows ? GuestFamily.Windows : GuestFamily.Linux, distribution)
        {
            Address = AddressOf(vm),
        };
        if (isWindows)
        {
            guest.Users.Add(new GuestUser("Administrator", 0, Password));

            // An administrator of Windows as well: what root may is what the first id may.
            guest.Users.Add(new GuestUser("admin", 0, Password));
            guest.Users.Add(new GuestUser("guest", 1002, Password));
            WindowsGuest.Install(guest);
            return guest;
        }

        guest.Users.Add(new GuestUser("root", 0, Password));
        guest.Users.Add(new GuestUser("admin", 1000, Password) { IsSudoer = true });
        guest.Users.Add(new GuestUser("operator", 1001, Password) { IsSudoer = true, SudoAsks = false });
        guest.Users.Add(new GuestUser("guest", 1002, Password));
        Install(guest);
        return guest;
    }

    private static int Number(VirtualMachine vm) => int.TryParse(new string(vm.Reference.Value.Where(char.IsDigit).ToArray()), out int number) ? number : 1;

    private static void Install(SimulatedGuest guest)
    {
        GuestFiles files = guest.Files;
        GuestDistribution distribution = guest.Distribution;
        foreach (string merged in new[] { "bin", "sbin", "lib" })
        {
            files.PutDirectory("/usr/" + merged);
            files.PutLink("/" + merged, "usr/" + merged);
        }

        files.PutDirectory("/run/systemd/system");
        files.PutDirectory("/tmp", "1777");
        files.PutDirectory("/var/tmp", "1777");
        files.PutDirectory("/root", "0700");
        foreach (GuestUser user in guest.Users.Where(user => !user.IsRoot))
        {
            files.PutDirectory(user.Home, "0750", user.Name);
        }

        foreach (string folder in new[] { "/etc/systemd/system", "/usr/lib/systemd/system", "/etc/modprobe.d", "/usr/src", "/opt", "/run", "/usr/local/bin", "/etc/apt", "/etc/yum.repos.d", "/usr/share" })
        {
            files.PutDirectory(folder);
        }

        files.Put("/dev/null", string.Empty, "0666");
        foreach (string program in s_programs)
        {
            files.PutProgram(program);
        }

        foreach (string program in distribution.PackageManager switch
        {
            "apt" => new[] { "/usr/bin/apt-get", "/usr/bin/apt-cache", "/usr/bin/dpkg", "/usr/bin/dpkg-query", "/usr/sbin/update-initramfs" },
            "dnf" => ["/usr/bin/dnf", "/usr/bin/yum", "/usr/bin/rpm", "/usr/bin/dracut"],
            _ => ["/usr/bin/yum", "/usr/bin/rpm", "/usr/bin/dracut"],
        })
        {
            files.PutProgram(program);
        }

        files.Put("/usr/lib/os-release",
            "NAME=\"" + distribution.PrettyName.Split(' ')[0] + "\"\nVERSION_ID=\"" + distribution.VersionId + "\"\nID=" + (distribution.IsDebian ? distribution.Id : "\"" + distribution.Id + "\"")
            + "\nID_LIKE=" + (distribution.IsDebian ? distribution.Like : "\"" + distribution.Like + "\"") + "\nPRETTY_NAME=\"" + distribution.PrettyName + "\"\n");
        files.PutLink("/etc/os-release", "../usr/lib/os-release");
        files.Put("/etc/hostname", guest.HostName + "\n");
        files.Put("/etc/hosts", "127.0.0.1\tlocalhost\n");
        files.PutComputed("/etc/passwd", () => string.Concat(guest.Users.Select(user => user.Name + ":x:" + user.Id + ":" + user.Id + "::" + user.Home + ":/bin/sh\n")));
        files.PutComputed("/proc/modules", () => string.Concat(guest.Modules.Select(module => module + " 16384 " + guest.UsesOf(module) + " - Live 0x0000000000000000\n")));
        files.PutComputed("/proc/cmdline", () => "BOOT_IMAGE=/boot/vmlinuz-" + distribution.Kernel + " root=/dev/sda2 ro quiet\n");
        files.PutComputed("/proc/sys/kernel/random/boot_id", () => StableGuid.From("boot:" + guest.Vm.InstanceUuid + ":" + guest.Boots) + "\n");
        files.PutComputed("/proc/version", () => "Linux version " + distribution.Kernel + "\n");
        string modules = "/lib/modules/" + distribution.Kernel + "/kernel/drivers/";
        files.Put(modules + "gpu/drm/nouveau/nouveau.ko", "module");
        files.Put(modules + "gpu/drm/vmwgfx/vmwgfx.ko", "module");
        files.Put(modules + "net/vmxnet3/vmxnet3.ko", "module");
        files.Put("/usr/lib/systemd/system/ssh" + (distribution.IsDebian ? string.Empty : "d") + ".service", "[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
        guest.EnabledUnits.Add(distribution.IsDebian ? "ssh.service" : "sshd.service");
        foreach (GuestPackage package in new BasePackages().Installed(guest))
        {
            guest.Packages[package.Name] = package;
        }
    }
}
