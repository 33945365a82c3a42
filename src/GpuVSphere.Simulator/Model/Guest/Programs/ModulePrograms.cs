using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>lsmod, modprobe, rmmod, reboot and shutdown.</summary>
internal sealed class ModulePrograms() : InstantProgram("lsmod", "modprobe", "rmmod", "reboot", "shutdown")
{
    protected override int Run(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        if (call.Name == "lsmod")
        {
            call.Say("Module                  Size  Used by");
            foreach (string module in guest.Modules)
            {
                call.Say(module.PadRight(20) + "    16384  " + guest.UsesOf(module));
            }

            return 0;
        }

        if (!call.User.IsRoot)
        {
            return call.Fail(call.Name switch
            {
                "modprobe" => "modprobe: ERROR: could not insert '" + call.Operands.FirstOrDefault() + "': Operation not permitted",
                "rmmod" => "rmmod: ERROR: could not remove module " + call.Operands.FirstOrDefault() + ": Operation not permitted",
                _ => "Failed to set wall message, ignoring: Interactive authentication required.\nFailed to reboot system via logind: Interactive authentication required.",
            });
        }

        switch (call.Name)
        {
            case "reboot":
                guest.Reboot();
                return 0;
            case "shutdown":
                if (call.Has("-r"))
                {
                    guest.Reboot();
                }
                else
                {
                    guest.Vm.Power.ShutdownGuest();
                }

                return 0;
        }

        int status = 0;
        bool removes = call.Name == "rmmod" || call.Has("-r");
        foreach (string module in call.Operands)
        {
            string name = module.Replace('-', '_');
            if (!removes)
            {
                if (guest.LoadModule(module) is { } refusal)
                {
                    status = call.Fail(refusal.StartsWith("Module ", StringComparison.Ordinal) ? "modprobe: FATAL: " + refusal : "modprobe: ERROR: could not insert '" + name + "': " + refusal);
                }
            }
            else if (guest.Modules.Contains(name) && guest.UsesOf(name) > 0)
            {
                status = call.Fail(call.Name == "rmmod" ? "rmmod: ERROR: Module " + module + " is in use" : "modprobe: FATAL: Module " + module + " is in use.");
            }
            else if (!guest.Modules.Remove(name))
            {
                status = call.Name == "rmmod" ? call.Fail("rmmod: ERROR: Module " + module + " is not currently loaded") : status;
            }
        }

        return status;
    }
}
